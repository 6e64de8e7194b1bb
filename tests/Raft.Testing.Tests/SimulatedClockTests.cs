namespace Raft.Testing.Tests;

public sealed class SimulatedClockTests
{
    private readonly SimulatedClock _clock = new();
    private readonly List<string> _calls = [];

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private IClockTimer NewTimer(string name) =>
        _clock.CreateTimer(() => _calls.Add(FormattableString.Invariant($"{name} at {_clock.Now.TotalMilliseconds}")));

    [Fact]
    public void AdvanceTo_OverSeveralTimers_CallsEachAtItsOwnTime()
    {
        NewTimer("late").Set(Ms(20));
        NewTimer("early").Set(Ms(10));
        NewTimer("too late").Set(Ms(31));

        _clock.AdvanceTo(Ms(30));

        Assert.Equal(["early at 10", "late at 20"], _calls);
        Assert.Equal(Ms(30), _clock.Now);
        Assert.Equal(SimulatedClock.Origin + Ms(30), _clock.UtcNow);
        Assert.Equal(Ms(31), _clock.NextDueAt);
    }

    [Fact]
    public void AdvanceTo_WithTimersDueTogether_CallsThemInTheOrderOfSetting()
    {
        IClockTimer one = NewTimer("one");
        IClockTimer two = NewTimer("two");
        two.Set(Ms(10));
        one.Set(Ms(10));

        _clock.AdvanceTo(Ms(10));

        Assert.Equal(["two at 10", "one at 10"], _calls);
    }

    [Fact]
    public void Set_WhenSetBefore_Replaces()
    {
        IClockTimer timer = NewTimer("a");
        timer.Set(Ms(10));
        timer.Set(Ms(20));

        _clock.AdvanceBy(Ms(100));

        Assert.Equal(["a at 20"], _calls);
    }

    [Fact]
    public void Set_InThePast_CallsAtTheNextAdvanceAndNotInline()
    {
        _clock.AdvanceBy(Ms(50));
        NewTimer("a").Set(Ms(10));

        Assert.Empty(_calls);
        _clock.AdvanceBy(TimeSpan.Zero);
        Assert.Equal(["a at 50"], _calls);
    }

    [Fact]
    public void ClearAndDispose_BeforeDue_PreventTheCall()
    {
        IClockTimer cleared = NewTimer("cleared");
        IClockTimer disposed = NewTimer("disposed");
        cleared.Set(Ms(10));
        disposed.Set(Ms(10));

        cleared.Clear();
        disposed.Dispose();
        disposed.Set(Ms(10));
        _clock.AdvanceBy(Ms(100));

        Assert.Empty(_calls);
        Assert.Null(_clock.NextDueAt);
    }

    [Fact]
    public void AdvanceTo_AnEarlierTime_Throws()
    {
        _clock.AdvanceTo(Ms(10));

        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.AdvanceTo(Ms(9)));
    }

    [Fact]
    public void Set_FromTheCallback_CallsAgainWithinTheSameAdvance()
    {
        IClockTimer? timer = null;
        timer = _clock.CreateTimer(() =>
        {
            _calls.Add("call");
            timer!.Set(_clock.Now + Ms(10));
        });
        timer.Set(Ms(10));

        _clock.AdvanceTo(Ms(35));

        Assert.Equal(3, _calls.Count);
    }
}
