namespace Raft;

/// <summary>
/// Notices a worker that does not end although its token is cancelled: reports it after a time, then at most once a minute, and when it
/// ends at last.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="patience">How long a worker may take.</param>
/// <param name="report">Receives the time since the cancellation, and whether the worker has ended now.</param>
internal sealed class LeaderWorkerWatch(IClock clock, TimeSpan patience, Action<TimeSpan, bool> report)
{
    private readonly Lock _lock = new();
    private readonly LastingCondition _overstays = new();
    private IClockTimer? _timer;
    private TimeSpan _cancelledAt;
    private bool _hasEnded;

    /// <summary>The token is cancelled. Does nothing the second time.</summary>
    public void OnCancelled()
    {
        lock (_lock)
        {
            if (_timer is null && !_hasEnded)
            {
                _cancelledAt = clock.Now;
                _timer = clock.CreateTimer(Check);
                _timer.Set(_cancelledAt + patience);
            }
        }
    }

    /// <summary>The worker has ended.</summary>
    public void OnEnded()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _timer?.Dispose();
            Report(_overstays.Observe(holds: false, clock.Now));
        }
    }

    private void Check()
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                Report(_overstays.Observe(clock.Now >= _cancelledAt + patience, clock.Now));
                _timer!.Set(_overstays.Holds ? _overstays.NextReportAt : _cancelledAt + patience);
            }
        }
    }

    private void Report(ConditionReport due)
    {
        if (due != ConditionReport.None)
        {
            report(clock.Now - _cancelledAt, due == ConditionReport.Ends);
        }
    }
}
