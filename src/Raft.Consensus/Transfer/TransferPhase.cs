namespace Raft.Consensus;

/// <summary>How far a leader has come with handing over its leadership.</summary>
internal enum TransferPhase
{
    /// <summary>The target lacks more than a message's worth of entries. Proposals are taken as usual.</summary>
    CatchingUp,

    /// <summary>The target lacks little. No proposals are appended, so that it can have everything.</summary>
    Pausing,

    /// <summary>The target was asked to campaign.</summary>
    HandedOver,
}
