namespace Raft;

/// <summary>An index that includes everything that was committed at a moment.</summary>
/// <param name="Index">The index.</param>
/// <param name="RequestedAt">
/// The moment, on this node's monotonic clock: when it sent its request, or started its round as the leader.
/// </param>
internal sealed record KnownReadIndex(long Index, TimeSpan RequestedAt);
