namespace Raft.Consensus;

/// <summary>What the module did with a proposal.</summary>
public enum ProposeResult
{
    /// <summary>It is in the leader's log; whether it will commit is not known yet.</summary>
    Appended,

    /// <summary>This node does not lead. Nothing entered the log.</summary>
    NotLeader,

    /// <summary>As many uncommitted bytes as allowed are waiting already. Nothing entered the log.</summary>
    UncommittedLimitReached,
}
