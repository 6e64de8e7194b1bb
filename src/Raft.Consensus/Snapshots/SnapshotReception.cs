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
