namespace Raft.Consensus;

/// <summary>How far a follower has come with receiving a snapshot. Outlives a change of the leader: if the next one offers the same snapshot, it goes on.</summary>
internal sealed class SnapshotReception(SnapshotIdentity snapshot)
{
    public SnapshotIdentity Snapshot { get; } = snapshot;

    /// <summary>Everything before this byte is stored.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The chunk that the host is storing, or the same sent again, to be answered when it is stored; null if none is.</summary>
    public InstallSnapshotMessage? Storing { get; private set; }

    /// <summary>A chunk has come again, or comes for the first time: its sender waits for an answer to this one.</summary>
    public void Store(InstallSnapshotMessage chunk) => Storing = chunk;

    /// <summary>
    /// Whether a report can be about the chunk that is being stored, rather than come late from an earlier reception of the
    /// same snapshot: it was refused, or what is wanted next is what follows it.
    /// </summary>
    public bool Awaits(long nextOffset) => Storing is { } storing && (nextOffset == 0 || nextOffset == storing.Offset + storing.Data.Length);

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
