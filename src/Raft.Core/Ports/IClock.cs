namespace Raft;

/// <summary>Gives a node the time: a monotonic clock and timers. <see cref="SystemClock"/> is the real clock.</summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IClock
{
    /// <summary>
    /// The monotonic time since an origin that the clock chooses. It never decreases, and adjustments of the wall clock do not
    /// affect it.
    /// </summary>
    TimeSpan Now { get; }

    /// <summary>
    /// The wall clock, in UTC. It is only stored in log entries, for state machines to read. No timeout is measured with it.
    /// </summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Creates a timer that is not set.</summary>
    /// <param name="callback">Called when the timer is due. It must not block or throw. It may set the timer again.</param>
    /// <returns>The timer; dispose it when it is no longer needed.</returns>
    IClockTimer CreateTimer(Action callback);
}

/// <summary>A one-shot timer.</summary>
/// <remarks>
/// All members may be called on any thread. A callback that has already started may still run after <see cref="Clear"/>, so it
/// should check the clock.
/// </remarks>
public interface IClockTimer : IDisposable
{
    /// <summary>Sets the time of the callback, which is called once. It replaces the time set before.</summary>
    /// <param name="dueAt">
    /// A time on the scale of <see cref="IClock.Now"/>. A time in the past means as soon as possible, but never within this
    /// call.
    /// </param>
    void Set(TimeSpan dueAt);

    /// <summary>Cancels the callback.</summary>
    void Clear();
}
