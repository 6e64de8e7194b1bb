#pragma warning disable RS0030 // This class is where the clock seam meets the real machine: it stands on TimeProvider.

namespace Raft;

/// <summary>
/// The real clock, over a <see cref="TimeProvider"/>, so that whatever works with one (a fake for tests, say) works here.
/// </summary>
/// <remarks>
/// <para>
/// However many timers are made, they share a single timer of the provider, set for the earliest of them. Due times are
/// rounded up to the clock's resolution, so that timers that are due about the same time run in one go: a process with a
/// thousand idle nodes wakes up per tick, not per node. While nothing is set the provider's timer is off.
/// </para>
/// <para>
/// Callbacks run on the thread that the provider calls back on, one after another, with no lock held. One that throws does
/// not keep the others from running; its exception then leaves through the provider's callback, which ends the process
/// under <see cref="TimeProvider.System"/> like any unhandled exception: a node that silently lost its timer would be worse.
/// </para>
/// <para>All members may be called on any thread. There is nothing to dispose: a clock without set timers holds nothing.</para>
/// </remarks>
public sealed class SystemClock : IClock
{
    private const long NotArmed = long.MaxValue;

    private static readonly TimeSpan DefaultResolution = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MinimumResolution = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaximumResolution = TimeSpan.FromSeconds(1);

    /// <summary>Timers of the platform take no more than 49.7 days; whatever lies beyond is reached in stages.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly long _origin;
    private readonly long _resolution;
    private readonly TimerQueue _queue = new();
    private readonly ITimer _wakeUp;
    private long _armedFor = NotArmed;
    private List<Action>? _spareBatch;

    /// <summary>Makes a clock.</summary>
    /// <param name="timeProvider">Where time and wake-ups come from.</param>
    /// <param name="resolution">What due times are rounded up to: 1 ms to 1 s, default 5 ms. Keep it at a quarter of the heartbeat interval or less.</param>
    /// <exception cref="ArgumentOutOfRangeException">The resolution is out of its range.</exception>
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

    /// <summary>The clock over a provider: the shared one for the system's, or for none.</summary>
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

    /// <summary>Made without the caller's execution context: the clock outlives whatever it was made in.</summary>
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

        ITimer Create() => _timeProvider.CreateTimer(static clock => ((SystemClock)clock!).RunDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>The number of the first tick that is not before <paramref name="dueAt"/>.</summary>
    private long RoundUp(TimeSpan dueAt)
    {
        long ticks = Math.Clamp(dueAt.Ticks, 0, long.MaxValue - _resolution);
        return (ticks + _resolution - 1) / _resolution;
    }

    /// <summary>
    /// Sees to it that the wake-up comes no later than the earliest timer. One that comes too early stays: it finds nothing
    /// due and arms anew, which is cheaper than touching the provider's timer each time a node puts off its election.
    /// </summary>
    private void Arm()
    {
        if (_queue.IsEmpty || _queue.EarliestTick >= _armedFor)
        {
            return;
        }

        _armedFor = _queue.EarliestTick;
        TimeSpan wait = TimeSpan.FromTicks(_armedFor * _resolution) - Now;

        // Whole milliseconds, since the platform rounds down and would wake up over and over just before the time; and never
        // zero, which some providers answer with a call back from within this one, under the lock.
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

            // Before the callbacks, so that a slow one delays nobody outside this batch.
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
            // All of them: the other timers must run, and then it is thrown again.
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
