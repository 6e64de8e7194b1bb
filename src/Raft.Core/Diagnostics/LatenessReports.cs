namespace Raft;

/// <summary>
/// Measures how late the worker comes: how long after the time that its timer asked for. A worker that is late has not listened, so its
/// elections and lost leaderships have their cause in its own process.
/// </summary>
internal sealed class LatenessReports(NodeContext context)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    private readonly RecurringCondition _condition = new(QuietTime);
    private readonly TimeSpan _limit = context.Settings.Consensus.MinimumElectionTimeout / 2;
    private TimeSpan _largest;
    private long _count;

    /// <summary>Whether the worker was late within the last minute.</summary>
    public bool WasLate => _condition.Holds;

    /// <summary>When the worker must run for the next report.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

    /// <summary>Records the lateness of a pass. Called in each pass.</summary>
    /// <param name="lateness">By how much the pass is late; zero if no timer was due.</param>
    public void Observe(TimeSpan lateness)
    {
        if (lateness > TimeSpan.Zero)
        {
            context.Metrics?.RecordLateness(lateness);
        }

        switch (lateness < _limit ? _condition.Check(context.Now) : Occur(lateness))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.Late(_largest, _count);
                (_largest, _count) = (TimeSpan.Zero, 0);
                break;
            case ConditionReport.Ends:
                context.Logger?.FailureOver("runs in time again", _condition.Occurrences, "times that it came late");
                break;
        }
    }

    private ConditionReport Occur(TimeSpan lateness)
    {
        _count++;
        _largest = lateness > _largest ? lateness : _largest;
        return _condition.Occur(context.Now);
    }
}
