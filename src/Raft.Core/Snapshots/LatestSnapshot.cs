namespace Raft;

/// <summary>The latest snapshot that this node has, taken here or received. Used by the node's worker only.</summary>
internal sealed class LatestSnapshot(SnapshotPolicy policy)
{
    /// <summary>The snapshot; null if there is none.</summary>
    public SnapshotInfo? Info { get; private set; }

    /// <summary>The last index that it includes; 0 if there is none.</summary>
    public long Index => Info?.LastIncludedIndex ?? 0;

    /// <summary>Records a durable snapshot. One that is not later than the latest changes nothing.</summary>
    public void Record(in SnapshotInfo snapshot)
    {
        if (snapshot.LastIncludedIndex > Index)
        {
            Info = snapshot;
            policy.OnLatest(in snapshot);
        }
    }
}
