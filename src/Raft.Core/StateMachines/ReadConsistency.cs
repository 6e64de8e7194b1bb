namespace Raft;

/// <summary>How up to date a read must be.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// Whatever this node has applied: consistent in itself, never rolled back, and possibly behind the leader, by any
    /// amount if the node is cut off. Costs no message and needs no leader.
    /// </summary>
    Local = 0,
}
