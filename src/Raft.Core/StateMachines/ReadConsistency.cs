namespace Raft;

/// <summary>How up to date a read must be.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// The state that this node has applied. It is consistent and never rolled back, but may lag behind the leader, by any amount if the
    /// node is cut off. The read sends no messages and needs no leader.
    /// </summary>
    Local = 0,
}
