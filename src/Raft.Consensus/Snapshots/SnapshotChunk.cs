namespace Raft.Consensus;

/// <summary>A part of a snapshot, read from the host's snapshot store for a follower.</summary>
/// <param name="Snapshot">The snapshot that it is a part of.</param>
/// <param name="Length">The number of bytes of the whole snapshot.</param>
/// <param name="Offset">Where the part starts.</param>
/// <param name="Header">What the host keeps in addition to the snapshot's bytes; empty unless <paramref name="Offset"/> is 0.</param>
/// <param name="Data">The part; not empty.</param>
public readonly record struct SnapshotChunk(
    SnapshotIdentity Snapshot, long Length, long Offset, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Data);

/// <summary>
/// A part of a snapshot that a follower needs: the host reads it and reports through <see cref="ConsensusModule.SnapshotChunkLoaded"/>.
/// </summary>
/// <param name="Follower">The follower that it is for.</param>
/// <param name="Term">The term in which it was asked for; returned with the answer.</param>
/// <param name="Snapshot">The snapshot that the follower has a part of; null for the latest one.</param>
/// <param name="Offset">Where the part starts.</param>
/// <param name="MaximumBytes">The longest part to read.</param>
public readonly record struct ChunkLoadRequest(NodeId Follower, long Term, SnapshotIdentity? Snapshot, long Offset, int MaximumBytes);
