namespace Raft.Core.Tests.Time;

/// <summary>What the shared wake-up costs: how often the provider's one timer is touched, and what is allocated.</summary>
public sealed class SystemClockCostTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _time.Dispose();

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public void CreateTimer_ManyTimes_UsesOneTimerOfTheProvider()
    {
        SystemClock clock = new(_time);

        for (int i = 1; i <= 1_000; i++)
        {
            clock.CreateTimer(() => { }).Set(Ms(1_000 + i));
        }

        Assert.Equal(1, _time.TimersMade);
        Assert.Equal(1, _time.Changes);
    }

    [Fact]
    public void Set_WhenTheEarliestStays_DoesNotTouchTheProvider()
    {
        SystemClock clock = new(_time);
        clock.CreateTimer(() => { }).Set(Ms(100));
        IClockTimer timer = clock.CreateTimer(() => { });
        int before = _time.Changes;

        for (int i = 0; i < 100; i++)
        {
            timer.Set(Ms(200 + i));
        }

        Assert.Equal(before, _time.Changes);
    }

    [Fact]
    public void Set_WhenTheEarliestMovesLater_DoesNotTouchTheProvider()
    {
        SystemClock clock = new(_time);
        int calls = 0;
        IClockTimer timer = clock.CreateTimer(() => calls++);
        timer.Set(Ms(100));
        timer.Set(Ms(200));

        Assert.Equal(1, _time.Changes);
        _time.Fire(Ms(100));
        Assert.Equal(0, calls);
        Assert.Equal(Ms(100), _time.DueTime);
        _time.Fire(Ms(200));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Wakeup_JustBeforeTheTick_ArmsForAWholeMillisecond()
    {
        SystemClock clock = new(_time);
        int calls = 0;
        clock.CreateTimer(() => calls++).Set(Ms(100));

        _time.Fire(Ms(99.7));

        Assert.Equal(0, calls);
        Assert.Equal(Ms(1), _time.DueTime);
    }

    [Fact]
    public void Clear_OfTheLastTimer_TurnsTheProvidersTimerOff()
    {
        SystemClock clock = new(_time);
        IClockTimer one = clock.CreateTimer(() => { });
        IClockTimer two = clock.CreateTimer(() => { });
        one.Set(Ms(100));
        two.Set(Ms(200));

        one.Clear();
        Assert.NotEqual(Timeout.InfiniteTimeSpan, _time.DueTime);
        two.Dispose();
        Assert.Equal(Timeout.InfiniteTimeSpan, _time.DueTime);
    }

    [Fact]
    public void Wakeup_WithNothingLeft_LeavesTheProvidersTimerOff()
    {
        SystemClock clock = new(_time);
        clock.CreateTimer(() => { }).Set(Ms(100));

        _time.Fire(Ms(100));

        Assert.Equal(Timeout.InfiniteTimeSpan, _time.DueTime);
    }

    [Fact]
    public void Set_InSteadyState_AllocatesNothing()
    {
        SystemClock clock = new(_time);
        IClockTimer[] timers = [.. Enumerable.Range(0, 100).Select(_ => clock.CreateTimer(() => { }))];
        int rounds = 0;
        Round();
        Round();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            rounds++;
            foreach (IClockTimer timer in timers)
            {
                timer.Set(Ms(rounds * 10));
            }

            _time.Fire(Ms(rounds * 10));
        }
    }
}
