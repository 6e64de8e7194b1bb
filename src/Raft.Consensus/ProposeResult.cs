namespace Raft.Consensus;

/// <summary>What the module did with a proposal.</summary>
public enum ProposeResult
{
    /// <summary>It is in the leader's log; whether it will commit is not known yet.</summary>
    Appended,

    /// <summary>This node is not the leader. The log did not change.</summary>
    NotLeader,

    /// <summary>The leader is handing over its leadership: propose again in a moment. The log did not change.</summary>
    TransferUnderWay,

    /// <summary>The allowed number of uncommitted bytes is reached. The log did not change.</summary>
    UncommittedLimitReached,
}
