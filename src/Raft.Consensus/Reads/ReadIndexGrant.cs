namespace Raft.Consensus;

/// <summary>
/// Reads of this node may be answered from a state that includes an index (dissertation, section 6.4).
/// </summary>
/// <param name="Through">All reads up to this number, of those that <see cref="ConsensusModule.RequestRead"/> has returned.</param>
/// <param name="Index">The index.</param>
/// <param name="RequestedAt">
/// When the leader's round started, or this node sent its request: the index includes everything that was committed before.
/// </param>
internal readonly record struct ReadIndexGrant(long Through, long Index, TimeSpan RequestedAt);
