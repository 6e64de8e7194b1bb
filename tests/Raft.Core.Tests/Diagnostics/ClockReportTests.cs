namespace Raft.Tests.Node;

/// <summary>A leader says which clock differs from those of the majority, when it begins, once a minute, and when it ends.</summary>
public sealed class ClockReportTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly PartsLab _lab = new();
    private readonly LedModule _module;
    private readonly ClockReports _reports;

    public ClockReportTests()
    {
        _module = new LedModule(_lab).Lead();
        _reports = new ClockReports(_lab.Context);
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Clocks_ThatAgree_AreNotReported()
    {
        _module.ClockOf = static member => TimeSpan.FromMilliseconds(member == "n2" ? 100 : -100);

        Pass(seconds: 10);

        Assert.Empty(_lab.Logged);
        Assert.Empty(_reports.Problems);
    }

    [Theory]
    [InlineData(1, "ahead of")]
    [InlineData(-1, "behind")]
    public void ClockOfAnother_ThatDiffers_IsReportedUntilItAgrees(int hours, string direction)
    {
        _module.ClockOf = member => member == "n3" ? hours * Hour : TimeSpan.Zero;
        Pass(seconds: 130);

        Assert.Equal([165, 165, 165], _lab.Logged);
        Assert.Equal("n3", RecordingLoggerFactory.Value(_lab.Loggers.Of(165)[0], "Member"));
        Assert.Equal(direction, RecordingLoggerFactory.Value(_lab.Loggers.Of(165)[0], "Direction"));
        Assert.Equal($"the clock of n3 is 1:00:00 {direction} the clocks of the majority", Assert.Single(_reports.Problems));

        _module.ClockOf = static _ => TimeSpan.Zero;
        Pass(seconds: 2);

        Assert.Equal([165, 165, 165, 166], _lab.Logged);
        Assert.Empty(_reports.Problems);
    }

    /// <summary>A message that was late makes a clock look slow, once.</summary>
    [Fact]
    public void ClockOfAnother_ThatDiffersOnce_IsNotReported()
    {
        Pass(seconds: 2);
        _module.ClockOf = static member => member == "n3" ? -Hour : TimeSpan.Zero;
        Pass(seconds: 1);
        _module.ClockOf = static _ => TimeSpan.Zero;
        Pass(seconds: 10);

        Assert.Empty(_lab.Logged);
    }

    /// <summary>Both others differ from this node, so its own clock is the wrong one; and it needs no second look.</summary>
    [Fact]
    public void OwnClock_ThatDiffersFromTheMajority_IsTheOneReported()
    {
        _module.ClockOf = static _ => -Hour;

        Pass(seconds: 2);

        Assert.Equal([165], _lab.Logged);
        Assert.Equal("the clock of n1 is 1:00:00 ahead of the clocks of the majority", Assert.Single(_reports.Problems));
    }

    [Fact]
    public void NodeThatNoLongerLeads_ForgetsWhatItHasSeen()
    {
        _module.ClockOf = static member => member == "n3" ? Hour : TimeSpan.Zero;
        Pass(seconds: 3);
        Assert.Single(_reports.Problems);

        _lab.Context.Module.StepDown(_lab.Context.Now);
        _lab.Advance(TimeSpan.FromSeconds(1));
        _reports.Check();

        Assert.Empty(_reports.Problems);
        Assert.Equal([165], _lab.Logged); // nothing is known about its end
    }

    private void Pass(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _module.Advance(TimeSpan.FromSeconds(1));
            _reports.Check();
        }
    }
}
