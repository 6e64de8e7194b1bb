namespace Raft;

/// <summary>Wakes the worker when time matters next, with as few settings of the clock's timer as possible.</summary>
/// <param name="clock">Makes the timer.</param>
/// <param name="minimumElectionTimeout">The shortest election timeout.</param>
/// <param name="wake">Wakes the worker.</param>
internal sealed class WorkerTimer(IClock clock, TimeSpan minimumElectionTimeout, Action wake) : IDisposable
{
    private readonly IClockTimer _timer = clock.CreateTimer(wake);
    private readonly TimeSpan _slack = minimumElectionTimeout / 4;
    private TimeSpan _dueAt = TimeSpan.MaxValue;

    /// <summary>A pass begins: a timer that was due has fired.</summary>
    /// <returns>How late the pass is; zero if no timer was due.</returns>
    public TimeSpan OnPass(TimeSpan now)
    {
        if (now < _dueAt)
        {
            return TimeSpan.Zero;
        }

        TimeSpan lateness = now - _dueAt;
        _dueAt = TimeSpan.MaxValue;
        return lateness;
    }

    /// <summary>
    /// Sets the timer for a deadline. A setting that is a little early is left alone: a follower's deadline moves with each message,
    /// and waking once too often costs less than setting the timer each time. But an idle follower, which is woken by heartbeats
    /// anyway, postpones it before it wakes the process at a time of its own.
    /// </summary>
    /// <param name="deadline">When the worker must run next at the latest; <see cref="TimeSpan.MaxValue"/> if time does not matter.</param>
    public void SetFor(TimeSpan deadline)
    {
        if (deadline < _dueAt || (deadline < TimeSpan.MaxValue && deadline - _dueAt >= _slack))
        {
            _dueAt = deadline;
            _timer.Set(deadline);
        }
    }

    public void Dispose() => _timer.Dispose();
}
