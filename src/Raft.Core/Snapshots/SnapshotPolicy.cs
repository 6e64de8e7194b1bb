namespace Raft;

/// <summary>
/// Decides when a node takes a snapshot, and how much of the log it then keeps (dissertation, section 5.1.2). A snapshot is due when the
/// log has grown by the configured size, and by at least the size of the last snapshot, so that writing snapshots costs at most a
/// constant share of writing the log.
/// </summary>
internal sealed class SnapshotPolicy(NodeSettings settings)
{
    private const int MarksPerSnapshot = 64;

    private readonly LogSizes _sizes = new(BytesBetweenMarks(settings));
    private long _countedFrom;
    private long _lastLength;

    /// <summary>Called when committed entries were passed to the state machine.</summary>
    public void OnHandedOver(long lastIndex, long bytes) => _sizes.Add(lastIndex, bytes);

    /// <summary>Whether a snapshot is due.</summary>
    public bool IsDue(long appliedIndex)
    {
        if (!settings.AutomaticSnapshots || appliedIndex <= _countedFrom)
        {
            return false;
        }

        bool hasManyEntries = appliedIndex - _countedFrom >= settings.SnapshotAfterEntries;
        long bytes = _sizes.BytesAfter(_countedFrom);
        return (hasManyEntries || bytes >= settings.SnapshotAfterBytes) && bytes >= _lastLength;
    }

    /// <summary>Called when a snapshot is started. Even if it fails, the next one is counted from here.</summary>
    public void OnBegun(long index)
    {
        _countedFrom = Math.Max(_countedFrom, index);
        _sizes.Mark(index);
    }

    /// <summary>Called when there is a new latest snapshot, taken here or received.</summary>
    public void OnLatest(in SnapshotInfo snapshot)
    {
        _countedFrom = Math.Max(_countedFrom, snapshot.LastIncludedIndex);
        _lastLength = snapshot.Length;
    }

    /// <summary>
    /// Returns the last entry to drop, now that a snapshot covers the entries up to its index. A tail is kept for followers that are
    /// slightly behind. The tail is longer while a follower is being sent an earlier snapshot, which it could not use otherwise, but at
    /// most by what makes a snapshot due: a snapshot that is never received completely must not make the log grow without bound.
    /// </summary>
    /// <param name="snapshotIndex">The last index that the snapshot includes.</param>
    /// <param name="lowestUnderWay">The lowest last index of a snapshot that is being sent; null if there is none.</param>
    public long CompactThrough(long snapshotIndex, long? lowestUnderWay)
    {
        long tail = Math.Max(
            snapshotIndex - settings.TrailingEntries,
            Math.Min(snapshotIndex, _sizes.IndexWithin(settings.SnapshotAfterBytes)));
        long through = Math.Clamp(lowestUnderWay ?? tail, OnePeriodBefore(tail), tail);
        _sizes.RemoveBefore(through);
        return through;
    }

    /// <summary>
    /// Goes back from an index by what makes a snapshot due: by the configured number of entries or bytes, and by the size of
    /// the last snapshot.
    /// </summary>
    private long OnePeriodBefore(long index)
    {
        long bytesAfter = _sizes.BytesAfter(index);
        long before = Math.Max(
            index - settings.SnapshotAfterEntries,
            Math.Min(index, _sizes.IndexWithin(SumOf(bytesAfter, settings.SnapshotAfterBytes))));
        return _lastLength <= BytesBetweenMarks(settings) // the marks are too far apart for this size
            ? before
            : Math.Min(before, _sizes.IndexWithin(SumOf(bytesAfter, _lastLength)));
    }

    private static long BytesBetweenMarks(NodeSettings settings) => Math.Max(1, settings.SnapshotAfterBytes / MarksPerSnapshot);

    private static long SumOf(long left, long right) => left <= long.MaxValue - right ? left + right : long.MaxValue;
}
