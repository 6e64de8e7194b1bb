namespace Raft.Tests.Transports;

/// <summary>A clock that a test moves by hand; timers call back within <see cref="Advance"/>.</summary>
internal sealed class StepClock : IClock
{
    private readonly List<Timer> _timers = [];

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch + Now;

    public IClockTimer CreateTimer(Action callback)
    {
        Timer timer = new(callback);
        _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        TimeSpan end = Now + time;
        while (_timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt) is { DueAt: { } dueAt } next)
        {
            Now = dueAt > Now ? dueAt : Now;
            next.Fire();
        }

        Now = end;
    }

    private sealed class Timer(Action callback) : IClockTimer
    {
        public TimeSpan? DueAt { get; private set; }

        public void Set(TimeSpan dueAt) => DueAt = dueAt;

        public void Clear() => DueAt = null;

        public void Dispose() => DueAt = null;

        public void Fire()
        {
            DueAt = null;
            callback();
        }
    }
}
