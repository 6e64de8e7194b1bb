using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>Members that were set up differently: both say which option differs, and what follows, until it does not differ any more.</summary>
public sealed class SetupReportTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly Meters _meters = new();

    public SetupReportTests() => (_lab.Loggers, _lab.Metrics) = (_logged, _meters.Metrics);

    public void Dispose()
    {
        _logged.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void OptionsThatDiffer_AreNamedWithBothValuesOnBothSides()
    {
        LabNode[] nodes =
        [
            _lab.Node("n1", 3, static options => options.PreVote = false), _lab.Node("n2", 3), _lab.Node("n3", 3),
        ];
        Array.ForEach(nodes, static node => node.Run());
        _lab.WaitForLeader(nodes).Commit("a");
        _lab.World.RunFor(TimeSpan.FromMinutes(2));

        FakeLogRecord ofN1 = _logged.Of(153).First(static report => RecordingLoggerFactory.Value(report, "NodeId") == "n1");
        FakeLogRecord ofAnother = _logged.Of(153).First(static report => RecordingLoggerFactory.Value(report, "Member") == "n1");
        Assert.Equal((LogLevel.Warning, "OptionsDiffer"), (ofN1.Level, ofN1.Id.Name));
        Assert.Contains("PreVote is false here and true on", ofN1.Message, StringComparison.Ordinal);
        Assert.Contains("PreVote is true here and false on n1: the node without it", ofAnother.Message, StringComparison.Ordinal);
        Assert.Contains("PreVote is false here", nodes[0].Status.SetupProblems[0], StringComparison.Ordinal);
        Assert.Contains("PreVote is false here", nodes[0].Status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void ShorterTimeouts_AreNamedAsTheCause_AndElectionLinesAreBounded()
    {
        static void Short(RaftNodeOptions options)
        {
            options.MinimumElectionTimeout = TimeSpan.FromMilliseconds(50);
            options.MaximumElectionTimeout = TimeSpan.FromMilliseconds(100);
        }

        LabNode[] nodes = [_lab.Node("n1", 3, Short), _lab.Node("n2", 3), _lab.Node("n3", 3)];
        Array.ForEach(nodes, static node => node.Run());
        _lab.World.RunFor(TimeSpan.FromMinutes(10));

        Assert.Contains(_logged.Of(153), static report =>
            report.Message.Contains("between two heartbeats", StringComparison.Ordinal));
        int lines = _logged.Of(110).Length + _logged.Of(111).Length + _logged.Of(112).Length + _logged.Of(113).Length
            + _logged.Of(114).Length;
        Assert.True(lines < 200, $"{lines} messages about elections.");
    }

    [Fact]
    public void OptionsThatAreCorrected_AreReportedAsTheSame()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode wrong = _lab.Node("n1", 3, static options => options.SnapshotChunkBytes = 77, store: store);
        LabNode[] others = [_lab.Node("n2", 3), _lab.Node("n3", 3)];
        wrong.Run();
        Array.ForEach(others, static node => node.Run());
        LabNode leader = _lab.WaitForLeader([wrong, .. others]);
        _lab.World.RunFor(TimeSpan.FromSeconds(10));
        LabNode other = leader == wrong ? others[0] : leader;
        Assert.NotEmpty(other.Status.SetupProblems);
        wrong.Stop();

        _lab.Node("n1", 3, store: store).Run();
        _lab.World.RunFor(TimeSpan.FromMinutes(3));

        Assert.All(others, static node => Assert.Empty(node.Status.SetupProblems));
        Assert.Contains(_logged.Of(156), static report => RecordingLoggerFactory.Value(report, "Member") == "n1");
    }

    /// <summary>Its options cannot be compared any more, so they are no problem any more, and it is said why.</summary>
    [Fact]
    public void OptionsOfAMember_ThatIsGone_AreReportedAsOver()
    {
        LabNode wrong = _lab.Node("n1", 3, static options => options.SnapshotChunkBytes = 77);
        LabNode[] others = [_lab.Node("n2", 3), _lab.Node("n3", 3)];
        wrong.Run();
        Array.ForEach(others, static node => node.Run());
        _lab.WaitForLeader([wrong, .. others]);
        _lab.World.RunFor(TimeSpan.FromMinutes(2));
        Assert.All(others, static node => Assert.Single(node.Status.SetupProblems));

        wrong.Stop();
        _lab.World.RunFor(TimeSpan.FromMinutes(10));

        Assert.All(others, static node => Assert.Empty(node.Status.SetupProblems));
        Assert.Equal(2, _logged.Of(164).Count(static report =>
            report.Message.Contains("no longer receives the options of n1, which differed", StringComparison.Ordinal)));
    }

    /// <summary>A second leader proves that the setup is broken: it is in the log, in the status and counted.</summary>
    [Fact]
    public void SecondLeader_IsReportedAndCounted()
    {
        MetricCollector<long> contradictions = _meters.Collect<long>(RaftInstruments.SetupContradictions);
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode leader = _lab.Node("n1", members: 3).Lead();
        AppendEntriesMessage append = new()
        {
            From = "n2",
            To = "n1",
            Origin = Origins.Of(),
            Term = leader.Status.Term,
            PrevLogIndex = 0,
            PrevLogTerm = 0,
            Entries = default,
            LeaderCommit = 0,
        };
        for (int i = 0; i < 3; i++)
        {
            peers.Send("n2", append);
            _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        }

        FakeLogRecord report = Assert.Single(_logged.Of(157));
        Assert.Equal((LogLevel.Error, "SecondLeader"), (report.Level, report.Id.Name));
        Assert.Contains("n2 leads a term that this node leads as well", Assert.Single(leader.Status.SetupProblems), StringComparison.Ordinal);
        Assert.Equal(3, Meters.Sum(contradictions, RaftDiagnostics.ContradictionTag)["second_leader"]);
    }
}
