namespace Raft;

/// <summary>
/// A <see cref="LastingCondition"/> that shows only in occurrences, such as messages of a node: it has ended when none came for a while.
/// </summary>
/// <param name="quietTime">How long none must come. At least a minute, so that a report is never overtaken by the end.</param>
internal sealed class RecurringCondition(TimeSpan quietTime)
{
    private readonly LastingCondition _condition = new();
    private TimeSpan _lastAt;
    private bool _hasUnreported;

    /// <summary>Whether it lasts.</summary>
    public bool Holds => _condition.Holds;

    /// <summary>How often it has occurred since it began, or between its last beginning and its end.</summary>
    public long Occurrences => _condition.Occurrences;

    /// <summary>When <see cref="Check"/> must be called without an occurrence; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline => !Holds ? TimeSpan.MaxValue
        : _hasUnreported && _condition.NextReportAt < _lastAt + quietTime ? _condition.NextReportAt
        : _lastAt + quietTime;

    /// <summary>It has occurred.</summary>
    /// <param name="now">The time.</param>
    /// <param name="times">How often.</param>
    /// <returns>What to report.</returns>
    public ConditionReport Occur(TimeSpan now, long times = 1)
    {
        _lastAt = now;
        ConditionReport report = _condition.Occur(now, times);
        _hasUnreported = report == ConditionReport.None;
        return report;
    }

    /// <summary>It has not occurred since the last call. Called in each pass, and at <see cref="NextDeadline"/>.</summary>
    /// <param name="now">The time.</param>
    /// <returns>What to report: its end, or occurrences that came too soon after the last report.</returns>
    public ConditionReport Check(TimeSpan now)
    {
        if (_hasUnreported && now >= _condition.NextReportAt)
        {
            _hasUnreported = false;
            return _condition.Observe(holds: true, now);
        }

        return Holds && now - _lastAt >= quietTime ? End(now) : ConditionReport.None;
    }

    /// <summary>It is known to be over, before it was quiet for long.</summary>
    /// <param name="now">The time.</param>
    /// <returns>What to report.</returns>
    public ConditionReport End(TimeSpan now)
    {
        _hasUnreported = false;
        return _condition.Observe(holds: false, now);
    }
}
