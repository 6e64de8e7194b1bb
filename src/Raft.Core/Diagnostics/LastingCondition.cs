namespace Raft;

/// <summary>
/// A condition that lasts, or a failure that is repeated. It is reported when it begins, at most once a minute while it lasts, and once
/// when it ends. One that begins and ends all the time is reported at most once a minute as well.
/// </summary>
internal sealed class LastingCondition
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private TimeSpan? _reportedAt;
    private bool _isReported;

    /// <summary>Whether it lasts.</summary>
    public bool Holds { get; private set; }

    /// <summary>When it began, or when it last began if it has ended.</summary>
    public TimeSpan Since { get; private set; }

    /// <summary>How often it has occurred since it began, as far as <see cref="Occur"/> was called.</summary>
    public long Occurrences { get; private set; }

    /// <summary>When it must be looked at again for its next report; <see cref="TimeSpan.MaxValue"/> if it does not last.</summary>
    public TimeSpan NextReportAt => !Holds ? TimeSpan.MaxValue
        : _reportedAt is { } last ? last + ReportInterval
        : Since;

    /// <summary>It has occurred again.</summary>
    /// <param name="now">The time.</param>
    /// <param name="times">How often it has.</param>
    /// <returns>What to report.</returns>
    public ConditionReport Occur(TimeSpan now, long times = 1)
    {
        ConditionReport report = Observe(holds: true, now);
        Occurrences += times;
        return report;
    }

    /// <summary>Notes whether it lasts.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to report.</returns>
    public ConditionReport Observe(bool holds, TimeSpan now)
    {
        if (!holds)
        {
            return End();
        }

        if (!Holds)
        {
            (Holds, Since, Occurrences) = (true, now, 0);
        }

        if (_reportedAt is { } last && now - last < ReportInterval)
        {
            return ConditionReport.None;
        }

        _reportedAt = now;
        ConditionReport report = _isReported ? ConditionReport.Lasts : ConditionReport.Begins;
        _isReported = true;
        return report;
    }

    private ConditionReport End()
    {
        bool wasReported = _isReported;
        (Holds, _isReported) = (false, false);
        return wasReported ? ConditionReport.Ends : ConditionReport.None;
    }
}
