namespace Raft.Consensus;

/// <summary>
/// When a transfer that has failed is tried again: the pauses double, from two heartbeat intervals to <see cref="LongestPause"/>. Only
/// progress ends that, or a new reason to hope: the follower has restarted, or this leader has another snapshot and the last one was at
/// fault.
/// </summary>
internal sealed class TransferBackoff(TimeSpan shortestPause)
{
    /// <summary>The longest pause between two attempts.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private TimeSpan _pause;
    private SnapshotIdentity? _snapshot;
    private long _furthest;
    private long _mustExceed;
    private StoreIdentity? _store;

    /// <summary>No attempt is made before.</summary>
    public TimeSpan Until { get; private set; } = TimeSpan.MinValue;

    /// <summary>How many attempts have failed since there was progress.</summary>
    public int Failures { get; private set; }

    /// <summary>Why the last attempt failed; null if none did, or if this leader could not read its snapshot.</summary>
    public SnapshotReplyReason? Reason { get; private set; }

    /// <summary>An attempt has failed.</summary>
    /// <param name="reason">What the follower answered; null if this leader could not read the snapshot.</param>
    /// <param name="snapshot">The snapshot; null if none was opened.</param>
    /// <param name="now">The time.</param>
    public void OnFailed(SnapshotReplyReason? reason, SnapshotIdentity? snapshot, TimeSpan now)
    {
        if (snapshot != _snapshot)
        {
            (_snapshot, _furthest) = (snapshot, 0);
        }

        _mustExceed = _furthest;
        Failures++;
        Reason = reason;
        TimeSpan doubled = _pause == TimeSpan.Zero ? shortestPause : _pause * 2;
        _pause = doubled < LongestPause ? doubled : LongestPause;
        Until = now + _pause;
    }

    /// <summary>
    /// The follower has stored a part. After a failure, that is progress only if the same snapshot has come further than before: one
    /// that is always refused at its end is not sent without pauses, and neither are its successors.
    /// </summary>
    public void OnProgress(SnapshotIdentity? snapshot, long acknowledged)
    {
        if (snapshot != _snapshot)
        {
            _mustExceed = Failures > 0 && _snapshot is not null ? long.MaxValue : 0;
            (_snapshot, _furthest) = (snapshot, 0);
        }

        _furthest = Math.Max(_furthest, acknowledged);
        if (Failures > 0 && acknowledged > _mustExceed)
        {
            Reset();
        }
    }

    /// <summary>The follower has answered, with the store that it has now. After a restart the cause may be gone.</summary>
    public void OnStore(StoreIdentity? store)
    {
        if (_store is not null && store is not null && store != _store)
        {
            Reset();
        }

        _store = store ?? _store;
    }

    /// <summary>This leader has another snapshot.</summary>
    public void OnNewSnapshot()
    {
        if (Reason is null or SnapshotReplyReason.ChecksumWrong)
        {
            Reset();
        }
    }

    private void Reset()
    {
        Until = TimeSpan.MinValue;
        Failures = 0;
        Reason = null;
        _pause = TimeSpan.Zero;
    }
}
