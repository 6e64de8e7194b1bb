namespace Raft.Consensus;

/// <summary>Whether a leader has begun to hand over its leadership.</summary>
internal enum TransferStart
{
    /// <summary>It has.</summary>
    Begun,

    /// <summary>This node is not the leader.</summary>
    NotLeader,

    /// <summary>A transfer is under way.</summary>
    AlreadyUnderWay,

    /// <summary>No target was named, and no other voter has sent a message lately.</summary>
    NoTarget,

    /// <summary>The target leads already.</summary>
    TargetIsLeader,

    /// <summary>The target is not a member.</summary>
    TargetUnknown,

    /// <summary>The target has no vote.</summary>
    TargetNotVoter,

    /// <summary>The target is about to stop.</summary>
    TargetStopping,
}
