namespace Raft.Testing;

/// <summary>
/// Virtual time: it moves only when it is advanced, and then calls every timer that has become due, in order, on the thread that
/// advances it.
/// </summary>
/// <remarks>
/// Any thread may use it, one at a time; a call from another is recorded as an escape (see <see cref="StepScheduler"/>).
/// Timers due at the same time are called in the order in which they were set.
/// </remarks>
public sealed class SimulatedClock : IClock
{
    /// <summary>The wall clock at virtual time zero: an arbitrary date, always the same.</summary>
    public static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly HomeThread _home;
    private readonly Trace? _trace;
    private readonly TimerHeap _set = new();
    private long _timersSet;
    private long _timersMade;

    /// <summary>Makes a clock that shows zero.</summary>
    public SimulatedClock()
        : this(new HomeThread(), trace: null)
    {
    }

    internal SimulatedClock(HomeThread home, Trace? trace)
    {
        _home = home;
        _trace = trace;
    }

    /// <inheritdoc/>
    public TimeSpan Now { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => Origin + Now;

    /// <summary>When the next timer is due; null if none is set. Never before <see cref="Now"/>.</summary>
    public TimeSpan? NextDueAt => _set.First?.DueAt;

    /// <inheritdoc/>
    public IClockTimer CreateTimer(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new SimulatedTimer(this, callback, ++_timersMade);
    }

    /// <summary>Moves time forward, and calls back what becomes due on the way, each at its own time.</summary>
    /// <param name="time">The time to arrive at; not before <see cref="Now"/>. What is due exactly then is called.</param>
    public void AdvanceTo(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Now);
        using HomeThread.Visit visit = _home.Enter();
        while (_set.First is { } next && next.DueAt <= time)
        {
            Now = next.DueAt;
            _set.Remove(next);
            SimulatedTimer due = (SimulatedTimer)next;
            _trace?.Add(Now, "timer", detail: due.Number);
            DefaultTasks.Run(due.Callback);
        }

        Now = time;
    }

    /// <summary>Moves time forward; see <see cref="AdvanceTo"/>.</summary>
    /// <param name="duration">By how much; zero calls what is due now.</param>
    public void AdvanceBy(TimeSpan duration) => AdvanceTo(Now + duration);

    private void Set(SimulatedTimer timer, TimeSpan dueAt)
    {
        if (!_home.Admits("A timer was set") || timer.IsDisposed)
        {
            return;
        }

        _set.Remove(timer);
        timer.DueAt = dueAt < Now ? Now : dueAt;
        timer.Order = ++_timersSet;
        _set.Add(timer);
    }

    private void Clear(SimulatedTimer timer, bool dispose)
    {
        if (_home.Admits("A timer was cleared"))
        {
            timer.IsDisposed |= dispose;
            _set.Remove(timer);
        }
    }

    private sealed class SimulatedTimer(SimulatedClock clock, Action callback, long number) : TimerHeap.Timer, IClockTimer
    {
        public Action Callback { get; } = callback;

        public long Number { get; } = number;

        public bool IsDisposed { get; set; }

        public void Set(TimeSpan dueAt) => clock.Set(this, dueAt);

        public void Clear() => clock.Clear(this, dispose: false);

        public void Dispose() => clock.Clear(this, dispose: true);
    }
}
