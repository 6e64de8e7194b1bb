using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>What a node logs: ids, levels, names and values are a contract.</summary>
public sealed class NodeLoggingTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();

    public NodeLoggingTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Fact]
    public void HealthyCluster_CommittingAThousandCommands_LogsOnlyItsStartAndItsElection()
    {
        LabNode[] nodes = Start();
        LabNode leader = _lab.WaitForLeader(nodes);
        _lab.World.RunUntilIdle();
        _logged.Clear();

        for (int i = 0; i < 1_000; i++)
        {
            _ = leader.Propose($"{i}");
            _lab.World.RunFor(TimeSpan.FromMilliseconds(60));
        }

        Assert.Equal(1_000, leader.Log.Count);
        Assert.Empty(_logged.Ids);
    }

    [Fact]
    public void HealthyCluster_ThatStarts_LogsEachRoleOnce()
    {
        LabNode[] nodes = Start();
        LabNode leader = _lab.WaitForLeader(nodes);
        _lab.World.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal([100, 100, 100, 110, 111, 111, 114], _logged.Ids.Order());
        Assert.All(_logged.Of(110), record => Assert.Equal(leader.Raft.Id.Value, RecordingLoggerFactory.Value(record, "NodeId")));
        Assert.Equal(
            nodes.Where(node => node != leader).Select(node => node.Raft.Id.Value),
            _logged.Of(111).Select(record => RecordingLoggerFactory.Value(record, "NodeId")).Order());
    }

    [Fact]
    public void Running_LogsTheNodesInitialState()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.ClusterId = "c", initialTerm: 4);

        node.Run();
        _lab.World.RunUntilIdle();

        FakeLogRecord record = Assert.Single(_logged.Of(100));
        AssertIs(record, LogLevel.Information, "Running", "Node n1 of cluster c runs in term 4, with an empty log; members: n1, n2, n3");
        AssertHas(record, ("NodeId", "n1"), ("ClusterId", "c"), ("Term", "4"), ("Log", "an empty log"), ("Members", "n1, n2, n3"));
        Assert.Equal("Raft.RaftNode", record.Category);
    }

    [Fact]
    public void SingleNode_FromStartToStop_LogsEachEvent()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Stop();

        Assert.Equal(
            [
                "100 Node n1 of cluster raft runs in term 0, with an empty log; members: n1",
                "110 Node n1 leads term 1",
                "101 Node n1 has stopped",
            ],
            _logged.Lines.Where(static line => !line.StartsWith("114", StringComparison.Ordinal)));
        AssertIs(_logged.Of(110)[0], LogLevel.Information, "Leads", "Node n1 leads term 1");
        AssertHas(_logged.Of(110)[0], ("NodeId", "n1"), ("Term", "1"));
        AssertIs(_logged.Of(101)[0], LogLevel.Information, "Stopped", "Node n1 has stopped");
        AssertHas(_logged.Of(101)[0], ("NodeId", "n1"));
    }

    [Fact]
    public void Follower_OfALeader_NamesIt()
    {
        LabNode node = _lab.Node("n2", members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        node.AppendEntries(7, "n1", 0, 0, []);
        _lab.World.RunUntilIdle();

        FakeLogRecord record = Assert.Single(_logged.Of(111));
        AssertIs(record, LogLevel.Information, "Follows", "Node n2 follows n1 in term 7");
        AssertHas(record, ("NodeId", "n2"), ("Leader", "n1"), ("Term", "7"));
    }

    [Fact]
    public void Follower_WhoseLeaderFallsSilent_LogsTheLossTheElectionAndTheOutage()
    {
        LabNode node = _lab.Node("n2", members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        node.AppendEntries(7, "n1", 0, 0, []);
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal([100, 111, 113, 115, 116], _logged.All.Select(static record => record.Id.Id).Distinct());
        FakeLogRecord loss = Assert.Single(_logged.Of(113));
        AssertIs(loss, LogLevel.Information, "LostLeader", "Node n2 has lost n1 as its leader and is in term 7: an election follows");
        AssertHas(loss, ("NodeId", "n2"), ("Leader", "n1"), ("Term", "7"));
        FakeLogRecord asks = Assert.Single(_logged.Of(115));
        AssertIs(asks, LogLevel.Debug, "AsksForPreVotes", "Node n2 asks whether it could win an election after term 7");
        AssertHas(asks, ("NodeId", "n2"), ("Term", "7"));
        Assert.InRange(_logged.Of(116).Length, 4, 5); // once a minute
        FakeLogRecord outage = _logged.Of(116)[0];
        Assert.Equal((LogLevel.Warning, "Leaderless"), (outage.Level, outage.Id.Name));
        Assert.Equal(
            "no leader: 1 of 3 voters reachable, 2 needed; not heard from n1, n3",
            RecordingLoggerFactory.Value(outage, "Explanation"));
        TimeSpan since = TimeSpan.Parse(RecordingLoggerFactory.Value(outage, "Since")!, null);
        Assert.InRange(since, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(10));
        Assert.Equal(
            $"Node n2 has known no leader for {since}: no leader: 1 of 3 voters reachable, 2 needed; not heard from n1, n3",
            outage.Message);
    }

    [Fact]
    public void Leaderless_AfterAnotherOutage_IsLoggedAgain()
    {
        LabNode node = _lab.Node("n2", members: 3);
        node.Run();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        node.AppendEntries(7, "n1", 0, 0, []);
        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(2, _logged.Of(116).Length);
        FakeLogRecord end = Assert.Single(_logged.Of(164));
        AssertIs(end, LogLevel.Information, "FailureOver", "Node n2 knows a leader again, after 60 seconds without one");
    }

    [Fact]
    public void Candidate_AsksForVotesOnceATerm()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.PreVote = false);
        node.Run();
        _lab.World.RunUntil(() => node.Status.Term == 3);
        _lab.World.RunUntilIdle();

        AssertIs(_logged.Of(114)[0], LogLevel.Information, "Campaigns", "Node n1 asks for votes in term 1");
        Assert.Equal(["1", "2", "3"], _logged.Of(114).Select(static record => RecordingLoggerFactory.Value(record, "Term")));
    }

    [Fact]
    public void Leader_WithoutAnswersOfAMajority_NamesTheSilentVoters()
    {
        LabNode[] nodes = Start();
        LabNode leader = _lab.WaitForLeader(nodes);
        long term = leader.Status.Term;

        _lab.World.Network.Isolate(leader.Raft.Id);
        _lab.World.RunUntil(() => leader.Status.Role != RaftRole.Leader);
        _lab.World.RunUntilIdle();

        FakeLogRecord record = Assert.Single(_logged.Of(112));
        Assert.Equal((LogLevel.Warning, "LostLeadership"), (record.Level, record.Id.Name));
        Assert.StartsWith(
            $"Node {leader.Raft.Id} lost its leadership of term {term} and is in term {term} now: no leader: ",
            record.Message,
            StringComparison.Ordinal);
        Assert.Contains("voters reachable, 2 needed", record.Message, StringComparison.Ordinal);
        AssertHas(record, ("NodeId", leader.Raft.Id.Value), ("Term", $"{term}"), ("NewTerm", $"{term}"));
    }

    [Fact]
    public void NodeThatFails_SaysWhyOnce()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        _ = node.Propose("bad");
        NodeFailedException failure = node.Failure();
        _lab.World.RunUntilIdle();

        FakeLogRecord record = Assert.Single(_logged.Of(102));
        AssertIs(record, LogLevel.Critical, "Failed", $"Node n1 has failed and stopped: {failure.Message}");
        AssertHas(record, ("NodeId", "n1"), ("Reason", failure.Message));
        Assert.Same(failure, record.Exception);
        Assert.Empty(_logged.Of(101));
    }

    [Fact]
    public void NodeThatCannotOpenItsStore_SaysWhyAndNeverThatItRan()
    {
        SpyStore store = new(_lab.World.CreateLogStore()) { OnOpen = static () => throw new IOException("No disk.") };
        LabNode node = _lab.Node(store: store);
        node.Run();
        node.Failure();
        _lab.World.RunUntilIdle();

        Assert.Equal([102], _logged.Ids);
    }

    [Fact]
    public void DroppedMessages_AreLoggedOnceAMinuteWithTheirNumber()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        Stranger stranger = new(_lab);
        for (int i = 0; i < 30; i++)
        {
            stranger.SendForeign("n1");
            _lab.World.RunFor(TimeSpan.FromSeconds(5));
        }

        FakeLogRecord[] records = _logged.Of(130);
        Assert.InRange(records.Length, 2, 3);
        Assert.All(records, static record => Assert.Equal((LogLevel.Warning, "DroppedMessages"), (record.Level, record.Id.Name)));
        Assert.Equal(
            "Node n1 dropped 1 more messages, 1 since it started: too many waited, or they were for another node or cluster, "
            + "or they broke the protocol",
            records[0].Message);
        AssertHas(records[0], ("NodeId", "n1"), ("Count", "1"), ("Total", "1"));
        int reported = records.Sum(static record => int.Parse(RecordingLoggerFactory.Value(record, "Count")!, null));
        Assert.Equal($"{reported}", RecordingLoggerFactory.Value(records[^1], "Total"));
    }

    private static void AssertIs(FakeLogRecord record, LogLevel level, string name, string text) =>
        Assert.Equal((level, name, text), (record.Level, record.Id.Name, record.Message));

    private static void AssertHas(FakeLogRecord record, params (string Name, string Value)[] values) =>
        Assert.Equal(values, values.Select(value => (value.Name, RecordingLoggerFactory.Value(record, value.Name)!)));

    private LabNode[] Start()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        return nodes;
    }
}
