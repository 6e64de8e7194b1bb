namespace Raft;

/// <summary>
/// Counts received messages that were not processed: for another node or cluster, beyond the limit of waiting ones, or against the
/// protocol. Reports them in the log, at most once a minute, and when none was dropped for a minute. Counting is safe on any thread.
/// </summary>
internal sealed class DroppedMessages(NodeMetrics? metrics, NodeLogger? logger)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    private readonly RecurringCondition _condition = new(QuietTime);
    private long _count;
    private long _invalid;
    private long _seen;
    private long _reported;

    /// <summary>When <see cref="Report"/> must be called next.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

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
        ConditionReport report = count > _seen ? _condition.Occur(now, count - _seen) : _condition.Check(now);
        _seen = count;
        switch (report)
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                logger?.DroppedMessages(count - _reported, count);
                _reported = count;
                break;
            case ConditionReport.Ends:
                logger?.FailureOver("takes all messages again", _condition.Occurrences, "dropped messages");
                break;
        }
    }

    private void Count(string reason, long count)
    {
        Interlocked.Add(ref _count, count);
        metrics?.CountDropped(reason, count);
    }
}
