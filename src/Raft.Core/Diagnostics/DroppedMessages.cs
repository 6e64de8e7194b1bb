namespace Raft;

/// <summary>
/// Counts received messages that were not processed: for another node or cluster, beyond the limit of waiting ones, or against the
/// protocol. Reports them in the log, at most once a minute. Counting is safe on any thread.
/// </summary>
internal sealed class DroppedMessages(NodeMetrics? metrics, NodeLogger? logger)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private long _count;
    private long _invalid;
    private long _reported;
    private TimeSpan? _reportedAt;

    public void CountForeign() => Count("foreign", 1);

    public void CountOverflow() => Count("overflow", 1);

    /// <summary>Reports what is new. Called by the worker after each pass.</summary>
    /// <param name="invalid">How many messages the module has ignored since it was created.</param>
    /// <param name="now">The time.</param>
    public void Report(long invalid, TimeSpan now)
    {
        if (invalid > _invalid)
        {
            Count("invalid", invalid - _invalid);
            _invalid = invalid;
        }

        long count = Volatile.Read(ref _count);
        if (count > _reported && (_reportedAt is not { } last || now - last >= ReportInterval))
        {
            logger?.DroppedMessages(count - _reported, count);
            _reported = count;
            _reportedAt = now;
        }
    }

    private void Count(string reason, long count)
    {
        Interlocked.Add(ref _count, count);
        metrics?.CountDropped(reason, count);
    }
}
