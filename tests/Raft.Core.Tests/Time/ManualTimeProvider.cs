namespace Raft.Core.Tests.Time;

/// <summary>Time that the test sets, and one timer whose changes it counts.</summary>
internal sealed class ManualTimeProvider : TimeProvider, ITimer
{
    private TimerCallback? _callback;
    private object? _state;
    private long _now;

    public int TimersMade { get; private set; }

    public int Changes { get; private set; }

    public TimeSpan DueTime { get; private set; } = Timeout.InfiniteTimeSpan;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        TimersMade++;
        (_callback, _state) = (callback, state);
        return this;
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Changes++;
        DueTime = dueTime;
        return true;
    }

    public void Fire(TimeSpan now)
    {
        _now = now.Ticks;
        DueTime = Timeout.InfiniteTimeSpan;
        _callback!(_state);
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
