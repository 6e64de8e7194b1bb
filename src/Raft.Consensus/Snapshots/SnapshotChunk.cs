namespace Raft.Consensus;

/// <summary>A part of a snapshot, on its way from the host's snapshot store to a follower.</summary>
/// <param name="Snapshot">The snapshot that it is a part of.</param>
/// <param name="Length">The number of bytes of the whole snapshot.</param>
/// <param name="Offset">Where the part begins.</param>
/// <param name="Header">What the host keeps beside the snapshot's bytes; only with <paramref name="Offset"/> 0, else empty.</param>
/// <param name="Data">The part; not empty.</param>
public readonly record struct SnapshotChunk(SnapshotIdentity Snapshot, long Length, long Offset, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Data);

/// <summary>A part of a snapshot that a follower needs: the host reads it and reports through <see cref="ConsensusModule.SnapshotChunkLoaded"/>.</summary>
/// <param name="Follower">The follower that it is for.</param>
/// <param name="Term">The term in which it was asked for; handed back with the answer.</param>
/// <param name="Snapshot">The snapshot that the follower has a part of; null for the latest that there is.</param>
/// <param name="Offset">Where the part begins.</param>
/// <param name="MaximumBytes">How long it may be.</param>
public readonly record struct ChunkLoadRequest(NodeId Follower, long Term, SnapshotIdentity? Snapshot, long Offset, int MaximumBytes);
