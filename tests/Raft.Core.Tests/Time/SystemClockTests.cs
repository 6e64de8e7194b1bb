using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace Raft.Core.Tests.Time;

public sealed class SystemClockTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _calls = [];

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private SystemClock NewClock() => new(_time);

    private IClockTimer NewTimer(SystemClock clock, string name) =>
        clock.CreateTimer(() => _calls.Add(string.Create(CultureInfo.InvariantCulture, $"{name} at {clock.Now.TotalMilliseconds}")));

    private void AdvanceInSteps(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            _time.Advance(Ms(1));
        }
    }

    [Fact]
    public void Now_WhenTimePasses_GrowsFromZero()
    {
        _time.Advance(TimeSpan.FromHours(1));
        SystemClock clock = NewClock();

        Assert.Equal(TimeSpan.Zero, clock.Now);
        _time.Advance(Ms(3));
        Assert.Equal(Ms(3), clock.Now);
        Assert.Equal(_time.GetUtcNow(), clock.UtcNow);
    }

    [Fact]
    public void Set_WhenDue_CallsBackOnce()
    {
        SystemClock clock = NewClock();
        IClockTimer timer = NewTimer(clock, "a");
        timer.Set(Ms(10));

        AdvanceInSteps(9);
        Assert.Empty(_calls);
        AdvanceInSteps(100);
        Assert.Equal(["a at 10"], _calls);
    }

    [Fact]
    public void Set_BetweenTicks_IsRoundedUpToTheResolution()
    {
        SystemClock clock = NewClock();
        IClockTimer one = NewTimer(clock, "one");
        IClockTimer two = NewTimer(clock, "two");
        one.Set(Ms(11));
        two.Set(Ms(14.5));

        AdvanceInSteps(20);

        Assert.Equal(["one at 15", "two at 15"], _calls);
    }

    [Fact]
    public void Set_WithFinerResolution_IsRoundedUpToIt()
    {
        SystemClock clock = new(_time, Ms(1));
        NewTimer(clock, "a").Set(Ms(11.2));

        AdvanceInSteps(20);

        Assert.Equal(["a at 12"], _calls);
    }

    [Fact]
    public void Set_WhenSetBefore_Replaces()
    {
        SystemClock clock = NewClock();
        IClockTimer timer = NewTimer(clock, "a");
        timer.Set(Ms(10));
        timer.Set(Ms(50));
        AdvanceInSteps(40);
        timer.Set(Ms(45));

        AdvanceInSteps(60);

        Assert.Equal(["a at 45"], _calls);
    }

    [Fact]
    public void Set_InThePast_CallsBackSoonButNotInline()
    {
        SystemClock clock = NewClock();
        _time.Advance(Ms(100));
        IClockTimer timer = NewTimer(clock, "a");

        timer.Set(Ms(20));

        Assert.Empty(_calls);
        AdvanceInSteps(1);
        Assert.Equal(["a at 101"], _calls);
    }

    [Fact]
    public void Set_FromTheCallback_CallsBackAgain()
    {
        SystemClock clock = NewClock();
        IClockTimer? timer = null;
        int calls = 0;
        timer = clock.CreateTimer(() =>
        {
            if (++calls < 3)
            {
                timer!.Set(clock.Now + Ms(10));
            }
        });
        timer.Set(Ms(10));

        AdvanceInSteps(100);

        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ClearOrDispose_BeforeDue_PreventsTheCall(bool dispose)
    {
        SystemClock clock = NewClock();
        IClockTimer timer = NewTimer(clock, "a");
        timer.Set(Ms(10));
        if (dispose)
        {
            timer.Dispose();
            timer.Set(Ms(10));
        }
        else
        {
            timer.Clear();
        }

        AdvanceInSteps(100);

        Assert.Empty(_calls);
    }

    [Fact]
    public void Callbacks_OfDifferentTicks_RunInOrder()
    {
        SystemClock clock = NewClock();
        int[] dueTimes = [70, 20, 95, 20, 5, 40, 65, 15, 100, 30];
        foreach (int due in dueTimes)
        {
            NewTimer(clock, $"{due}").Set(Ms(due));
        }

        _time.Advance(Ms(200));

        Assert.Equal(["5", "15", "20", "20", "30", "40", "65", "70", "95", "100"], _calls.Select(call => call.Split(' ')[0]));
    }

    [Fact]
    public void Callback_ThatThrows_SurfacesAndSparesTheOthers()
    {
        using ManualTimeProvider time = new();
        SystemClock clock = new(time);
        clock.CreateTimer(() => throw new InvalidOperationException("boom")).Set(Ms(10));
        NewTimer(clock, "same tick").Set(Ms(10));
        NewTimer(clock, "later").Set(Ms(20));

        AggregateException thrown = Assert.Throws<AggregateException>(() => time.Fire(Ms(10)));
        Assert.Equal(Ms(10), time.DueTime);
        time.Fire(Ms(20));

        Assert.Equal("boom", Assert.Single(thrown.InnerExceptions).Message);
        Assert.Equal(["same tick at 10", "later at 20"], _calls);
    }

    [Fact]
    public void Callback_WhileItRuns_LeavesTheClockUsableFromOtherThreads()
    {
        SystemClock clock = NewClock();
        IClockTimer other = NewTimer(clock, "other");
        clock.CreateTimer(() =>
        {
            Thread thread = new(() => other.Set(Ms(30)));
            thread.Start();
            Assert.True(thread.Join(TimeSpan.FromSeconds(10)), "the clock's lock is held over a callback");
        }).Set(Ms(10));

        AdvanceInSteps(50);

        Assert.Equal(["other at 30"], _calls);
    }

    [Fact]
    public void Set_FarBeyondThePlatformsLimit_IsReached()
    {
        SystemClock clock = NewClock();
        NewTimer(clock, "a").Set(TimeSpan.FromDays(60));
        NewTimer(clock, "never").Set(TimeSpan.MaxValue);

        _time.Advance(TimeSpan.FromDays(50));
        Assert.Empty(_calls);
        _time.Advance(TimeSpan.FromDays(11));

        Assert.Single(_calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1001)]
    public void Constructor_WithResolutionOutOfRange_Throws(double milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SystemClock(_time, Ms(milliseconds)));

    [Fact]
    public void Shared_OverTheRealTimer_CallsBackNoEarlierThanDue()
    {
        using ManualResetEventSlim called = new();
        TimeSpan calledAt = default;
        using IClockTimer timer = SystemClock.Shared.CreateTimer(() =>
        {
            calledAt = SystemClock.Shared.Now;
            called.Set();
        });
        TimeSpan dueAt = SystemClock.Shared.Now + Ms(20);

        timer.Set(dueAt);

        Assert.True(called.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(calledAt >= dueAt);
    }

    [Fact]
    public void Set_AgainstASimpleModel_AgreesForRandomScripts()
    {
        Random random = new(7);
        SystemClock clock = new(_time, Ms(1));
        double?[] expected = new double?[40];
        List<string> expectedCalls = [];
        IClockTimer[] timers = [.. Enumerable.Range(0, 40).Select(i => NewTimer(clock, $"{i}"))];

        for (int now = 0; now < 3_000; now++)
        {
            for (int change = random.Next(6); change > 0; change--)
            {
                int i = random.Next(timers.Length);
                if (random.Next(4) == 0)
                {
                    timers[i].Clear();
                    expected[i] = null;
                }
                else
                {
                    expected[i] = now + 1 + random.Next(60);
                    timers[i].Set(Ms(expected[i]!.Value));
                }
            }

            AdvanceInSteps(1);
            string[] due = [.. Enumerable.Range(0, 40).Where(i => expected[i] == now + 1).Select(i => $"{i} at {now + 1}")];
            Assert.Equal(due.Order(StringComparer.Ordinal), _calls.Order(StringComparer.Ordinal));
            _calls.Clear();
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = expected[i] == now + 1 ? null : expected[i];
            }
        }
    }
}
