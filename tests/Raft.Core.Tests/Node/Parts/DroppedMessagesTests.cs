using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>Dropped messages are reported at most once a minute, with what is new and the total.</summary>
public sealed class DroppedMessagesTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly PartsLab _lab = new();
    private readonly DroppedMessages _dropped;

    public DroppedMessagesTests() => _dropped = new DroppedMessages(metrics: null, _lab.Logger);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Report_NothingDropped_LogsNothing()
    {
        _dropped.Report(invalid: 0, TimeSpan.Zero);

        Assert.Empty(_lab.Logged);
    }

    [Fact]
    public void Report_MoreWithinAMinute_WaitsUntilItIsOver()
    {
        _dropped.CountForeign();
        _dropped.Report(invalid: 0, TimeSpan.Zero);
        _dropped.CountOverflow();
        _dropped.CountOverflow();
        _dropped.Report(invalid: 0, Minute - TimeSpan.FromTicks(1));
        AssertReports(("1", "1"));

        _dropped.Report(invalid: 0, Minute);

        AssertReports(("1", "1"), ("2", "3"));
    }

    [Fact]
    public void Report_NoneForAMinute_LogsTheEndOnce()
    {
        _dropped.CountForeign();
        _dropped.Report(invalid: 0, TimeSpan.Zero);
        Assert.Equal(Minute, _dropped.NextDeadline);

        _dropped.Report(invalid: 0, Minute - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(164, _lab.Logged);
        _dropped.Report(invalid: 0, Minute);
        _dropped.Report(invalid: 0, 2 * Minute);

        AssertReports(("1", "1"));
        Assert.Single(_lab.Loggers.Of(164));
    }

    [Fact]
    public void Report_TotalOfInvalidMessages_CountsOnlyNewOnes()
    {
        _dropped.Report(invalid: 2, TimeSpan.Zero);
        _dropped.Report(invalid: 2, Minute);
        _dropped.Report(invalid: 5, 2 * Minute);

        AssertReports(("2", "2"), ("3", "5"));
    }

    private void AssertReports(params (string Count, string Total)[] expected)
    {
        _lab.Scheduler.RunUntilIdle();
        FakeLogRecord[] records = _lab.Loggers.Of(130);
        Assert.Equal(expected, records.Select(
            static record => (RecordingLoggerFactory.Value(record, "Count")!, RecordingLoggerFactory.Value(record, "Total")!)));
    }
}
