namespace Raft;

/// <summary>
/// What a node must never forget, in addition to its log: Figure 2's <c>currentTerm</c> and <c>votedFor</c>. The two are always
/// stored together.
/// </summary>
/// <param name="Term">The latest term that the node has seen; 0 on first start, never falls.</param>
/// <param name="VotedFor">The candidate that received this node's vote in that term, or null.</param>
public readonly record struct HardState(long Term, NodeId? VotedFor);
