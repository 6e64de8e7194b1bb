namespace Raft;

/// <summary>
/// Decides when a node takes a snapshot, and how much of the log it then keeps (dissertation, section 5.1.2). A snapshot is due when the
/// log has grown by the configured size, and by at least the size of the last snapshot, so that writing snapshots costs at most a
/// constant share of writing the log.
/// </summary>
internal sealed class SnapshotPolicy(NodeSettings settings)
{
    private const int MarksPerSnapshot = 64;
    private const int PeriodsForTransfers = 4;
    private const int LengthsForTransfers = 2;

    private readonly LogSizes _sizes = new(BytesBetweenMarks(settings));
    private long _countedFrom;
    private long _lastLength;

    /// <summary>How many bytes of entries were passed to the state machine.</summary>
    public long TotalBytes => _sizes.Total;

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

    /// <summary>
    /// Whether a snapshot that is due may wait until some more entries are applied: not if so many, or so many bytes of them, are a large
    /// part of what makes one due.
    /// </summary>
    public bool MayWaitFor(long entries, long appliedIndex)
    {
        double bytes = _sizes.BytesAfter(_countedFrom);
        double expected = bytes / Math.Max(1, appliedIndex - _countedFrom) * entries;
        double largestDelay = Math.Max(settings.SnapshotAfterBytes, _lastLength) / 2.0;
        return entries <= settings.SnapshotAfterEntries / 2 && expected <= largestDelay && bytes <= 3 * largestDelay;
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
    /// slightly behind. The tail is longer while a follower receives an earlier snapshot, which it could not use otherwise, but at most by
    /// a bound: a snapshot that is never received completely must not make the log grow without limit.
    /// </summary>
    /// <param name="snapshotIndex">The last index that the snapshot includes.</param>
    /// <param name="neededAfter">The index after which such a follower needs all entries; null if there is none.</param>
    public long CompactThrough(long snapshotIndex, long? neededAfter)
    {
        long tail = Math.Max(
            snapshotIndex - settings.TrailingEntries,
            Math.Min(snapshotIndex, _sizes.IndexWithin(settings.SnapshotAfterBytes)));
        long through = Math.Clamp(neededAfter ?? tail, BoundForTransfers(tail), tail);
        _sizes.RemoveBefore(through);
        return through;
    }

    private long BoundForTransfers(long tail)
    {
        long bytes = settings.SnapshotTransferLogBytes
            ?? Math.Max(Times(settings.SnapshotAfterBytes, PeriodsForTransfers), Times(_lastLength, LengthsForTransfers));
        return bytes < BytesBetweenMarks(settings) // the marks are too far apart for this size
            ? tail
            : Math.Min(tail, _sizes.IndexWithin(SumOf(_sizes.BytesAfter(tail), bytes)));
    }

    private static long Times(long bytes, int factor) => bytes <= long.MaxValue / factor ? bytes * factor : long.MaxValue;

    private static long BytesBetweenMarks(NodeSettings settings) => Math.Max(1, settings.SnapshotAfterBytes / MarksPerSnapshot);

    private static long SumOf(long left, long right) => left <= long.MaxValue - right ? left + right : long.MaxValue;
}
