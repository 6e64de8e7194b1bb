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

    /// <summary>The report of the first step is repeated after a minute, which is before the limit of the next step.</summary>
    [Fact]
    public void NextStep_WithALimitLongerThanTheRepetition_IsLookedAtInTime()
    {
        using RacingClock clock = new();
        using PartsLab lab = new(clock: clock, configure: static options => options.HangTimeout = TimeSpan.FromMinutes(3));
        using StartWatch watch = new(lab.Context);
        watch.Begin(new Work(WorkKind.LogOpening));
        AdvanceTo(clock.DueAt!.Value);
        clock.OnSet = () => watch.Begin(new Work(WorkKind.SnapshotSearch)); // on another thread, just before the timer is set
        watch.Check();
        watch.Check(); // the start of the next step has woken the worker

        for (int i = 0; i < 10 && watch.Hang is null && clock.DueAt is { } dueAt; i++)
        {
            clock.DueAt = null; // the timer is due once
            AdvanceTo(dueAt);
            watch.Check();
        }

        Assert.Equal("looking for the latest snapshot", watch.Hang?.Work);
        Assert.Equal(lab.Settings.HangTimeout * 2, lab.Context.Now);

        void AdvanceTo(TimeSpan time) => lab.Context.Now = clock.Now = time;
    }

    private sealed class RacingClock : IClock, IClockTimer
    {
        public TimeSpan Now { get; set; }

        public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch + Now;

        public TimeSpan? DueAt { get; set; }

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
