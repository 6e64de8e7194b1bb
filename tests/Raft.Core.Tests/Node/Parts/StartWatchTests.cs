namespace Raft.Tests.Node;

public sealed class StartWatchTests
{
    [Fact]
    public void NextStep_ThatBeginsWhileAReportIsScheduled_IsLookedAtInTime()
    {
        using RacingClock clock = new();
        using PartsLab lab = new(clock: clock);
        using StartWatch watch = new(lab.Context);
        watch.Begin(new Work(WorkKind.LogOpening));
        Advance(lab.Settings.HangTimeout);
        clock.OnSet = () => watch.Begin(new Work(WorkKind.SnapshotSearch)); // on another thread, just before the timer is set

        watch.Check();
        Assert.Equal(lab.Context.Now + lab.Settings.HangTimeout, clock.DueAt);

        Advance(lab.Settings.HangTimeout);
        watch.Check();
        Assert.Equal("looking for the latest snapshot", watch.Hang?.Work);

        void Advance(TimeSpan duration)
        {
            clock.Now += duration;
            lab.Context.Now = clock.Now;
        }
    }

    private sealed class RacingClock : IClock, IClockTimer
    {
        public TimeSpan Now { get; set; }

        public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch + Now;

        public TimeSpan? DueAt { get; private set; }

        /// <summary>Called once, before the timer is set by the worker.</summary>
        public Action? OnSet { get; set; }

        public IClockTimer CreateTimer(Action callback) => this;

        public void Set(TimeSpan dueAt)
        {
            (Action? onSet, OnSet) = (OnSet, null);
            onSet?.Invoke();
            DueAt = dueAt;
        }

        public void Clear() => DueAt = null;

        public void Dispose()
        {
            // nothing is held
        }
    }
}
