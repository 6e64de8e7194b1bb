#pragma warning disable RS0030 // This class is the implementation of IClock over TimeProvider.

namespace Raft;

/// <summary>
/// The real clock, over a <see cref="TimeProvider"/>, which can be a fake one in tests.
/// </summary>
/// <remarks>
/// <para>
/// All timers share a single timer of the provider, which is set for the earliest of them. Due times are rounded up to the resolution of
/// the clock, so that timers that are due at about the same time run together: a process with a thousand idle nodes wakes up once per
/// tick, not once per node. While no timer is set, the timer of the provider is off.
/// </para>
/// <para>
/// Callbacks run one after another, on the thread on which the provider calls back, without a lock. If one throws, the others still run.
/// The exception is then thrown from the callback of the provider. With <see cref="TimeProvider.System"/> it ends the process, like any
/// unhandled exception: a node that silently lost its timer would be worse.
/// </para>
/// <para>All members may be called on any thread. A clock need not be disposed: without set timers it uses no resources.</para>
/// </remarks>
public sealed class SystemClock : IClock
{
    private const long NotArmed = long.MaxValue;

    private static readonly TimeSpan DefaultResolution = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MinimumResolution = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaximumResolution = TimeSpan.FromSeconds(1);

    /// <summary>Timers of the platform are limited to 49.7 days; a longer wait is divided.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly long _origin;
    private readonly long _resolution;
    private readonly TimerQueue _queue = new();
    private readonly ITimer _wakeUp;
    private long _armedFor = NotArmed;
    private List<Action>? _spareBatch;

    /// <summary>Creates a clock.</summary>
    /// <param name="timeProvider">The source of time and timers.</param>
    /// <param name="resolution">
    /// The resolution that due times are rounded up to: 1 ms to 1 s, default 5 ms. Keep it at a quarter of the heartbeat
    /// interval or less.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The resolution is out of range.</exception>
    public SystemClock(TimeProvider timeProvider, TimeSpan? resolution = null)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        TimeSpan checkedResolution = resolution ?? DefaultResolution;
        ArgumentOutOfRangeException.ThrowIfLessThan(checkedResolution, MinimumResolution, nameof(resolution));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checkedResolution, MaximumResolution, nameof(resolution));

        _timeProvider = timeProvider;
        _resolution = checkedResolution.Ticks;
        _origin = timeProvider.GetTimestamp();
        _wakeUp = CreateWakeUp();
    }

    /// <summary>The clock of the process, over <see cref="TimeProvider.System"/> and with the default resolution.</summary>
    public static SystemClock Shared { get; } = new(TimeProvider.System);

    /// <summary>Returns the clock over a provider: <see cref="Shared"/> for the provider of the system, and for null.</summary>
    internal static SystemClock Over(TimeProvider? timeProvider) =>
        timeProvider is null || timeProvider == TimeProvider.System ? Shared : new SystemClock(timeProvider);

    /// <inheritdoc/>
    public TimeSpan Now => _timeProvider.GetElapsedTime(_origin);

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => _timeProvider.GetUtcNow();

    /// <inheritdoc/>
    public IClockTimer CreateTimer(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new ClockTimer(this, callback);
    }

    /// <summary>Creates the timer without the caller's execution context, since the clock lives longer.</summary>
    private ITimer CreateWakeUp()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Create();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Create();
        }

        ITimer Create() => _timeProvider.CreateTimer(
            static clock => ((SystemClock)clock!).RunDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Set(ClockTimer timer, TimeSpan dueAt)
    {
        lock (_lock)
        {
            if (timer.IsDisposed)
            {
                return;
            }

            _queue.Set(timer, RoundUp(dueAt));
            Arm();
        }
    }

    private void Clear(ClockTimer timer, bool dispose)
    {
        lock (_lock)
        {
            timer.IsDisposed |= dispose;
            if (_queue.Remove(timer) && _queue.IsEmpty)
            {
                Disarm();
            }
        }
    }

    /// <summary>Returns the number of the first tick that is not before <paramref name="dueAt"/>.</summary>
    private long RoundUp(TimeSpan dueAt)
    {
        long ticks = Math.Clamp(dueAt.Ticks, 0, long.MaxValue - _resolution);
        return (ticks + _resolution - 1) / _resolution;
    }

    /// <summary>
    /// Sets the wake-up if it would be later than the earliest timer. An earlier wake-up is kept: it finds no timer due and sets itself
    /// again, which costs less than changing the provider's timer each time that a node postpones its election.
    /// </summary>
    private void Arm()
    {
        if (_queue.IsEmpty || _queue.EarliestTick >= _armedFor)
        {
            return;
        }

        _armedFor = _queue.EarliestTick;
        TimeSpan wait = TimeSpan.FromTicks(_armedFor * _resolution) - Now;

        // Whole milliseconds: the platform rounds down, and would wake up repeatedly just before the time. Never zero, for
        // which some providers call back within this call, under the lock.
        double milliseconds = Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, LongestWait.TotalMilliseconds);
        _wakeUp.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void Disarm()
    {
        _armedFor = NotArmed;
        _wakeUp.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void RunDue()
    {
        List<Action> batch = Interlocked.Exchange(ref _spareBatch, null) ?? [];
        lock (_lock)
        {
            long tick = Now.Ticks / _resolution;
            while (!_queue.IsEmpty && _queue.EarliestTick <= tick)
            {
                batch.Add(_queue.RemoveEarliest().Callback);
            }

            // Before the callbacks, so that a slow one delays only this batch.
            _armedFor = NotArmed;
            Arm();
        }

        RunAll(batch);
        batch.Clear();
        Volatile.Write(ref _spareBatch, batch);
    }

    private static void RunAll(List<Action> callbacks)
    {
        List<Exception>? failures = null;
        foreach (Action callback in callbacks)
        {
            try
            {
                callback();
            }
            // Any exception: the other callbacks must run first. It is thrown again below.
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null)
        {
            throw new AggregateException("A callback of a clock's timer threw; callbacks must not throw.", failures);
        }
    }

    private sealed class ClockTimer(SystemClock clock, Action callback) : TimerQueue.Item(callback), IClockTimer
    {
        public bool IsDisposed { get; set; }

        public void Set(TimeSpan dueAt) => clock.Set(this, dueAt);

        public void Clear() => clock.Clear(this, dispose: false);

        public void Dispose() => clock.Clear(this, dispose: true);
    }
}
