namespace Raft.Tests.Node;

/// <summary>A worker that comes late says so, at most once a minute, with the largest lateness and how often it was late.</summary>
public sealed class LatenessReportTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly LatenessReports _reports;

    public LatenessReportTests() => _reports = new LatenessReports(_lab.Context);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Pass_ThatIsInTime_SaysNothing()
    {
        Observe(at: 1, lateness: TimeSpan.FromMilliseconds(1));

        Assert.Empty(_lab.Logged);
        Assert.False(_reports.WasLate);
    }

    [Fact]
    public void Passes_ThatAreLate_AreReportedOnceAMinute()
    {
        TimeSpan limit = _lab.Context.Settings.Consensus.MinimumElectionTimeout / 2;
        for (int second = 1; second <= 62; second++)
        {
            Observe(second, limit + TimeSpan.FromMilliseconds(second));
        }

        Assert.Equal(2, _lab.Logged.Count(static id => id == 169));
        Assert.True(_reports.WasLate);
    }

    [Fact]
    public void Passes_ThatAreInTimeForAMinute_AreReportedOnce()
    {
        Observe(at: 1, lateness: TimeSpan.FromHours(1));
        Observe(at: 2, lateness: TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(61), _reports.NextDeadline); // the second is reported with the next minute

        Observe(at: 61, lateness: TimeSpan.Zero);
        Observe(at: 62, lateness: TimeSpan.Zero);
        Observe(at: 63, lateness: TimeSpan.Zero);

        Assert.Equal([169, 169, 164], _lab.Logged);
        Assert.Equal("2", RecordingLoggerFactory.Value(_lab.Loggers.Of(164)[0], "Times"));
        Assert.False(_reports.WasLate);
        Assert.Equal(TimeSpan.MaxValue, _reports.NextDeadline);
    }

    private void Observe(int at, TimeSpan lateness)
    {
        _lab.Context.Now = TimeSpan.FromSeconds(at);
        _reports.Observe(lateness);
    }
}
