using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// A token that is cancelled after a time by a clock, or with another token. Its callbacks do not run on the thread of either.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed class TimeLimit : IThreadPoolWorkItem, IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly IClockTimer? _timer;

    /// <param name="clock">Measures the time.</param>
    /// <param name="duration">The time from now on. With zero or less, the token is cancelled at once.</param>
    /// <param name="token">The other token.</param>
    public TimeLimit(IClock clock, TimeSpan duration, CancellationToken token)
    {
        if (duration <= TimeSpan.Zero)
        {
            _source.Cancel(); // nobody has the token yet
            return;
        }

        _timer = clock.CreateTimer(Schedule);
        TimeSpan now = clock.Now;
        _timer.Set(duration < TimeSpan.MaxValue - now ? now + duration : TimeSpan.MaxValue);
        _registration = token.UnsafeRegister(static limit => ((TimeLimit)limit!).Schedule(), this);
    }

    public CancellationToken Token => _source.Token;

    public void Execute() => _source.Cancel();

    public void Dispose()
    {
        _timer?.Dispose();
        _registration.Unregister();
    }

    private void Schedule() => PoolScheduler.Shared.Schedule(this, preferLocal: false);
}
