using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>What a node notices about others that were set up differently, or have lost data, and how often it says so.</summary>
public sealed class NoticeTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly Meters _meters = new();

    public NoticeTests() => (_lab.Loggers, _lab.Metrics) = (_logged, _meters.Metrics);

    public void Dispose()
    {
        _logged.Dispose();
        _meters.Dispose();
    }

    /// <summary>One lists only itself, the others list three: none accepts anything from the other side.</summary>
    [Fact]
    public void Nodes_WithDifferingMembers_NeverMixAndBothSaySo()
    {
        LabNode alone = _lab.Node("n1", members: 1, transport: _lab.World.Network.CreateTransport());
        LabNode[] others = [_lab.Node("n2", members: 3), _lab.Node("n3", members: 3)];
        alone.Run();
        Array.ForEach(others, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(others);
        alone.Commit("alone");
        leader.Commit("together");

        _lab.World.RunFor(TimeSpan.FromSeconds(30));

        Assert.Equal(["alone"], alone.Log);
        Assert.All(others, static node => Assert.Equal(["together"], node.Log));
        FakeLogRecord[] reports = [.. _logged.Of(150)];
        Assert.Contains(reports, static report => RecordingLoggerFactory.Value(report, "NodeId") == "n1");
        Assert.Contains(reports, static report => RecordingLoggerFactory.Value(report, "NodeId") != "n1");
        Assert.All(reports, static report => Assert.Equal((LogLevel.Error, "ForeignIdentity"), (report.Level, report.Id.Name)));
        Assert.DoesNotContain("n1", leader.Status.Reachable.Select(static member => member.Id));
    }

    [Fact]
    public void ForeignIdentity_ThatLasts_IsLoggedOnceAMinute()
    {
        LabNode node = _lab.Node("n1", members: 3);
        Stranger stranger = new(_lab);
        node.Run();
        for (int i = 0; i < 30; i++)
        {
            stranger.SendOfAnotherIdentity("n1");
            _lab.World.RunFor(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(3, _logged.Of(150).Length);
        string message = _logged.Of(150).First().Message;
        Assert.Contains("refuses the messages of stranger", message, StringComparison.Ordinal);
        Assert.Contains("first members n1, n9", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ThatDiffer_AreLoggedOnceAMinuteForEachMember()
    {
        LabNode[] nodes =
        [
            _lab.Node("n1", 3, static options => options.SnapshotChunkBytes = 77), _lab.Node("n2", 3), _lab.Node("n3", 3),
        ];
        Array.ForEach(nodes, static node => node.Run());
        _lab.WaitForLeader(nodes).Commit("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(170));

        string[] reports =
        [
            .. _logged.Of(153)
                .Select(static report =>
                    $"{RecordingLoggerFactory.Value(report, "NodeId")} {RecordingLoggerFactory.Value(report, "Member")}"),
        ];
        Assert.NotEmpty(reports);
        Assert.All(reports.CountBy(static report => report), static pair => Assert.InRange(pair.Value, 2, 3));
        Assert.All(reports, static report => Assert.Contains("n1", report, StringComparison.Ordinal));
        Assert.Empty(_logged.Of(164));
    }

    [Fact]
    public void Members_ThatDifferFromTheLog_AreLoggedOnceAndTheLogCounts()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        _lab.Node(store: store).Lead().Stop();

        LabNode again = _lab.Node(members: 3, store: store).Lead();
        again.Commit("a");
        _lab.World.RunFor(TimeSpan.FromMinutes(3));

        FakeLogRecord report = Assert.Single(_logged.Of(154));
        Assert.Equal(
            "The options of node n1 list the members n1, n2, n3, but the configuration in the log has voters n1: the log counts",
            report.Message);
        Assert.Equal(["n1"], again.Status.Members.Select(static member => member.Id));
    }

    /// <summary>A leader of a later version: this node cannot follow its log, and says so wherever people look.</summary>
    [Fact]
    public void ConfigurationWithAnUnknownRequiredPart_ThatStallsTheLog_IsVisible()
    {
        MetricCollector<long> dropped = _meters.Collect<long>("raft.messages.dropped");
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode node = _lab.Node("n1", members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        AppendEntriesMessage append = new()
        {
            From = "n2",
            To = "n1",
            Origin = Origins.Of(),
            Term = 1_000,
            PrevLogIndex = 0,
            PrevLogTerm = 0,
            Entries = default,
            LeaderCommit = 0,
        };
        byte[] required = [.. ConfigurationEncoding.Encode(new ClusterConfiguration(["n1", "n2", "n3"])), 0x01, 0x80, 0, 0, 0, 0];
        for (int i = 0; i < 130; i++)
        {
            peers.Send("n2", append); // a heartbeat, which the node can follow
            peers.Send("n2", append with { Entries = new[] { new LogEntry(1_000, EntryKind.Configuration, required, default) } });
            _lab.World.RunFor(TimeSpan.FromMilliseconds(500));
        }

        FakeLogRecord[] reports = _logged.Of(155);
        Assert.Equal(2, reports.Length); // one a minute
        Assert.Equal((LogLevel.Error, "UnsupportedEntry"), (reports[0].Level, reports[0].Id.Name));
        Assert.Contains("cannot append entry 1 of its leader n2", reports[0].Message, StringComparison.Ordinal);
        Assert.Contains("extension 32769", reports[0].Message, StringComparison.Ordinal);
        Assert.Contains("its version cannot append entry 1 of its leader", node.Status.Explanation, StringComparison.Ordinal);
        Assert.Equal(130, Meters.Sum(dropped, RaftDiagnostics.DropReasonTag)["invalid"]);
        Assert.Equal(0, node.Status.LastIndex);
    }

    /// <summary>A store that forgets what it reported as durable: the leader sends it again, and says so.</summary>
    [Fact]
    public void Follower_ThatLostWhatItsStoreAcknowledged_IsReported()
    {
        using FakePeers peers = new(_lab, "n2", "n3");
        peers.Store = new StoreIdentity(new Guid("00000000-0000-0000-0000-000000000002"), Opening: 1);
        LabNode leader = _lab.Node("n1", members: 3).Lead();
        leader.Commit("a");

        peers.Reject("n2");
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        FakeLogRecord report = Assert.Single(_logged.Of(152));
        Assert.Equal((LogLevel.Error, "DurableDataLost"), (report.Level, report.Id.Name));
        Assert.Equal(["n2"], leader.Status.LostData.Select(static node => node.Value));
    }

    /// <summary>A loss is an event: it is logged each time, but at most once a minute, and nothing of it ends.</summary>
    [Fact]
    public void Follower_ThatLosesItsLogAgainAndAgain_IsLoggedOnceAMinuteAndNeverAsOver()
    {
        using FakePeers peers = new(_lab, "n2", "n3");
        peers.Store = new StoreIdentity(new Guid("00000000-0000-0000-0000-000000000002"), Opening: 1);
        LabNode leader = _lab.Node("n1", members: 3).Lead();
        leader.Commit("a");
        for (int i = 0; i < 10; i++)
        {
            peers.Reject("n2"); // waits a second
            leader.Commit("b");
        }

        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(2, _logged.Of(152).Length); // the first, and the others when the minute is over
        Assert.Empty(_logged.Of(164));
    }
}
