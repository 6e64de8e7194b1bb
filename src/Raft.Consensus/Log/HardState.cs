namespace Raft;

/// <summary>
/// What a node must never forget, in addition to its log: Figure 2's <c>currentTerm</c> and <c>votedFor</c>, and the cluster that it
/// belongs to. All of it is always stored together.
/// </summary>
/// <param name="Term">The latest term that the node has seen; 0 on first start, never falls.</param>
/// <param name="VotedFor">The candidate that received this node's vote in that term, or null.</param>
public readonly record struct HardState(long Term, NodeId? VotedFor)
{
    /// <summary>The identity of the cluster; null in a new store, and while the node waits for a leader to join a cluster.</summary>
    public ClusterIdentity? Identity { get; init; }

    /// <summary>Set while the node joins a cluster, and may not vote yet.</summary>
    public JoinState? Join { get; init; }
}
