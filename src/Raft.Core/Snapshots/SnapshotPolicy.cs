namespace Raft;

/// <summary>
/// When a node takes a snapshot, and how much of the log it keeps then. Following the dissertation, section 5.1.2: not before the
/// log has grown by so much, nor before it has grown by as much as the last snapshot takes, so that writing snapshots costs
/// no more than a constant share of writing the log.
/// </summary>
internal sealed class SnapshotPolicy(NodeSettings settings)
{
    private const int MarksPerSnapshot = 64;

    private readonly LogSizes _sizes = new(BytesBetweenMarks(settings));
    private long _countedFrom;
    private long _lastLength;

    /// <summary>Committed entries were handed to the state machine.</summary>
    public void OnHandedOver(long lastIndex, long bytes) => _sizes.Add(lastIndex, bytes);

    /// <summary>Whether the log has grown by enough.</summary>
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

    /// <summary>A snapshot is being taken: whether it works out or not, the next one is counted from here.</summary>
    public void OnBegun(long index)
    {
        _countedFrom = Math.Max(_countedFrom, index);
        _sizes.Mark(index);
    }

    /// <summary>There is a new latest snapshot, taken here or received.</summary>
    public void OnLatest(in SnapshotInfo snapshot)
    {
        _countedFrom = Math.Max(_countedFrom, snapshot.LastIncludedIndex);
        _lastLength = snapshot.Length;
    }

    /// <summary>
    /// The last entry to drop, now that a snapshot stands for those up to its index. A tail is kept for followers that are
    /// a little behind, and more of it while a follower is being sent an earlier snapshot, or it would need another one at once:
    /// as much more as makes a snapshot due, for one that takes for ever must not make the log grow for ever.
    /// </summary>
    /// <param name="snapshotIndex">The last index that the snapshot includes.</param>
    /// <param name="lowestUnderWay">The lowest index of a snapshot that is being sent.</param>
    public long CompactThrough(long snapshotIndex, long? lowestUnderWay)
    {
        long tail = Math.Max(snapshotIndex - settings.TrailingEntries, Math.Min(snapshotIndex, _sizes.IndexWithin(settings.SnapshotAfterBytes)));
        long through = Math.Clamp(lowestUnderWay ?? tail, OnePeriodBefore(tail), tail);
        _sizes.ForgetBefore(through);
        return through;
    }

    /// <summary>
    /// Goes back from an index by as much as makes a snapshot due: by so many entries or bytes, and by as many bytes as the last snapshot
    /// takes.
    /// </summary>
    private long OnePeriodBefore(long index)
    {
        long bytesAfter = _sizes.BytesAfter(index);
        long before = Math.Max(index - settings.SnapshotAfterEntries, Math.Min(index, _sizes.IndexWithin(SumOf(bytesAfter, settings.SnapshotAfterBytes))));
        return _lastLength <= BytesBetweenMarks(settings) // the marks stand too far apart to tell
            ? before
            : Math.Min(before, _sizes.IndexWithin(SumOf(bytesAfter, _lastLength)));
    }

    private static long BytesBetweenMarks(NodeSettings settings) => Math.Max(1, settings.SnapshotAfterBytes / MarksPerSnapshot);

    private static long SumOf(long left, long right) => left <= long.MaxValue - right ? left + right : long.MaxValue;
}
