namespace Raft.Consensus;

/// <summary>How far a follower has come with receiving a snapshot. Outlives a change of the leader: if the next one offers the same snapshot, it goes on.</summary>
internal sealed class SnapshotReception(SnapshotIdentity snapshot)
{
    private long _end;

    public SnapshotIdentity Snapshot { get; } = snapshot;

    /// <summary>The term of the leader that has sent a chunk last.</summary>
    public long LeaderTerm { get; set; }

    /// <summary>Everything before this byte is stored.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The chunk that the host is storing, or the same sent again, to be answered when it is stored; null if none is.</summary>
    public InstallSnapshotMessage? Storing { get; private set; }

    /// <summary>The host stores a chunk.</summary>
    public void Store(InstallSnapshotMessage chunk)
    {
        Storing = chunk;
        _end = chunk.Offset + chunk.Data.Length;
    }

    /// <summary>
    /// The chunk has come again while it is being stored: its sender waits for an answer to this one. It may be another leader,
    /// whose chunks are longer: what is stored is where the first one ends.
    /// </summary>
    public void Repeat(InstallSnapshotMessage chunk) => Storing = chunk;

    /// <summary>
    /// Whether a report can be about the chunk that is being stored, rather than come late from an earlier reception of the
    /// same snapshot: it was refused, or what is wanted next is what follows it.
    /// </summary>
    public bool Awaits(long nextOffset) => Storing is not null && (nextOffset == 0 || nextOffset == _end);

    /// <summary>The chunk is stored, or was refused.</summary>
    /// <returns>What to answer.</returns>
    public InstallSnapshotMessage OnStored(long nextOffset)
    {
        InstallSnapshotMessage stored = Storing!;
        Storing = null;
        NextOffset = nextOffset;
        return stored;
    }
}
