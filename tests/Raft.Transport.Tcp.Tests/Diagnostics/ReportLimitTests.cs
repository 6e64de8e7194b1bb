using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>How often the same thing is reported.</summary>
public sealed class ReportLimitTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly SimulatedWorld _world = new();

    [Fact]
    public void Problem_ThatComesBackAfterEachConnection_IsReportedOnceAMinute_AndSoIsItsEnd()
    {
        KnownReports reports = new(_world.Clock);
        int problems = 0;
        int connections = 0;
        for (int second = 0; second < 180; second++)
        {
            problems += reports.IsProblemDue("10.0.0.1:1", PeerProblemKind.Lost) ? 1 : 0;
            connections += reports.IsConnectionDue("10.0.0.1:1") ? 1 : 0;
            _world.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, problems);
        Assert.Equal(3, connections);
    }

    [Fact]
    public void Strangers_CannotFillTheLog_NorKeepOthersFromBeingReported()
    {
        StrangerReports reports = new(_world.Clock);
        int due = 0;
        int omissions = 0;
        for (int i = 0; i < 10_000; i++)
        {
            due += reports.IsDue("10.0.0.1", $"node {i}", PeerProblemKind.Duplicate, out bool isFirstOmitted) ? 1 : 0;
            omissions += isFirstOmitted ? 1 : 0;
        }

        Assert.Equal(StrangerReports.MaximumOfMachine, due);
        Assert.Equal(1, omissions);
        Assert.True(reports.IsDue("10.0.0.2", string.Empty, PeerProblemKind.Certificate, out _));
        Assert.False(reports.IsDue("10.0.0.2", string.Empty, PeerProblemKind.Certificate, out _));
        _world.RunFor(Minute);
        Assert.True(reports.IsDue("10.0.0.1", "node 0", PeerProblemKind.Duplicate, out _));
    }

    [Fact]
    public void Strangers_FromVeryManyMachines_AreBoundedTogether()
    {
        StrangerReports reports = new(_world.Clock);

        Assert.Equal(
            StrangerReports.Maximum,
            Enumerable.Range(0, 10_000).Count(i => reports.IsDue($"machine {i}", string.Empty, PeerProblemKind.Lost, out _)));
    }

    [Theory]
    [InlineData("a\r\nfake line", 100, "a\uFFFD\uFFFDfake line")]
    [InlineData("a\u2028b\u202Ec\u0085", 100, "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("Stra\u00DFe 1", 100, "Stra\u00DFe 1")]
    [InlineData("abcdef", 3, "abc")]
    public void Text_OfAnother_IsOneShortLine(string text, int length, string expected) => Assert.Equal(expected, SafeText.Of(text, length));
}
