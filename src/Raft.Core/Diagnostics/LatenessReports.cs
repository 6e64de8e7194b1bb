namespace Raft;

/// <summary>
/// Measures how late the worker comes: how long after the time that its timer asked for. A worker that is late has not listened, so its
/// elections and lost leaderships have their cause in its own process.
/// </summary>
internal sealed class LatenessReports(NodeContext context)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly LastingCondition _condition = new();
    private readonly TimeSpan _limit = context.Settings.Consensus.MinimumElectionTimeout / 2;
    private TimeSpan _largest;
    private long _count;
    private TimeSpan? _lastAt;

    /// <summary>Whether the worker was late within the last minute.</summary>
    public bool WasLate => _lastAt is { } last && context.Now - last < Memory;

    /// <summary>Records the lateness of a pass. Called in each pass.</summary>
    /// <param name="lateness">By how much the pass is late; zero if no timer was due.</param>
    public void Observe(TimeSpan lateness)
    {
        if (lateness > TimeSpan.Zero)
        {
            context.Metrics?.RecordLateness(lateness);
        }

        if (lateness < _limit)
        {
            if (_condition.Holds && !WasLate)
            {
                _condition.Observe(holds: false, context.Now);
            }

            return;
        }

        _lastAt = context.Now;
        _count++;
        _largest = lateness > _largest ? lateness : _largest;
        if (_condition.Occur(context.Now) != ConditionReport.None)
        {
            context.Logger?.Late(_largest, _count);
            (_largest, _count) = (TimeSpan.Zero, 0);
        }
    }
}
