namespace Raft.Consensus;

/// <summary>
/// A follower's progress in receiving a snapshot. It survives a change of the leader: if the next one offers the same snapshot, the
/// transfer continues.
/// </summary>
internal sealed class SnapshotReception(SnapshotIdentity snapshot)
{
    private long _end;

    public SnapshotIdentity Snapshot { get; } = snapshot;

    /// <summary>The term of the leader that sent the last chunk.</summary>
    public long LeaderTerm { get; set; }

    /// <summary>Everything before this byte is stored.</summary>
    public long NextOffset { get; private set; }

    /// <summary>
    /// The chunk that the host is storing, or its repetition, which is answered when it is stored; null if none is being stored.
    /// </summary>
    public InstallSnapshotMessage? Storing { get; private set; }

    /// <summary>The host stores a chunk.</summary>
    public void Store(InstallSnapshotMessage chunk)
    {
        Storing = chunk;
        _end = chunk.Offset + chunk.Data.Length;
    }

    /// <summary>
    /// The chunk has arrived again while it is being stored: its sender waits for an answer to this one. The sender may be another
    /// leader, whose chunks are longer: the stored part ends where the first one does.
    /// </summary>
    public void Repeat(InstallSnapshotMessage chunk) => Storing = chunk;

    /// <summary>
    /// Whether a report can be about the chunk that is being stored, and not a late one about an earlier reception of the same
    /// snapshot: the chunk was refused, or the byte needed next is the one after it.
    /// </summary>
    public bool Awaits(long nextOffset) => Storing is not null && (nextOffset == 0 || nextOffset == _end);

    /// <summary>The chunk is stored, or was refused.</summary>
    /// <returns>The message to answer.</returns>
    public InstallSnapshotMessage OnStored(long nextOffset)
    {
        InstallSnapshotMessage stored = Storing!;
        Storing = null;
        NextOffset = nextOffset;
        return stored;
    }
}
