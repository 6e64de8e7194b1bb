namespace Raft;

/// <summary>Time, as a node sees it: a monotonic now and timers. <see cref="SystemClock"/> is the real one.</summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IClock
{
    /// <summary>Monotonic time since an origin of the clock's choice. It never falls and no adjustment of the wall clock moves it.</summary>
    TimeSpan Now { get; }

    /// <summary>The wall clock, in UTC. Only stamped on log entries for state machines to read; no timeout is ever measured with it.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Makes a timer that is not set yet.</summary>
    /// <param name="callback">What to call when the timer is due. It must not block or throw; it may set the timer again.</param>
    /// <returns>The timer; dispose it when it is no longer needed.</returns>
    IClockTimer CreateTimer(Action callback);
}

/// <summary>A one-shot timer.</summary>
/// <remarks>All members may be called on any thread. A callback that is already on its way may still come after <see cref="Clear"/>, so it should look at the clock.</remarks>
public interface IClockTimer : IDisposable
{
    /// <summary>Calls back once when the clock reaches a time; replaces what was set before.</summary>
    /// <param name="dueAt">A time in terms of <see cref="IClock.Now"/>; one that has passed means at once, yet never within this call.</param>
    void Set(TimeSpan dueAt);

    /// <summary>Forgets what was set.</summary>
    void Clear();
}
