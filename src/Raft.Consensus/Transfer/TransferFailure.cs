namespace Raft.Consensus;

/// <summary>Why a leader gave up a transfer.</summary>
internal enum TransferFailure
{
    /// <summary>The time was over.</summary>
    TimedOut,

    /// <summary>The target refused to campaign, is about to stop, or has no vote any more.</summary>
    Refused,
}
