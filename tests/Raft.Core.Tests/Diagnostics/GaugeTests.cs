using System.Runtime.CompilerServices;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>Gauges show nodes that run, elections and leaders are counted, and durations are those of the node's clock.</summary>
public sealed class GaugeTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Meters _meters = new();

    public GaugeTests() => _lab.Metrics = _meters.Metrics;

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Gauges_OfACluster_ShowEachNode()
    {
        LabNode[] nodes = Start(out LabNode leader);
        leader.Commit("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(2));

        Assert.All(nodes, node =>
        {
            string id = node.Raft.Id.Value;
            Assert.Equal(node.Status.Term, _meters.Gauge("raft.node.term")[id]);
            Assert.Equal(2, _meters.Gauge("raft.log.last_index")[id]);
            Assert.Equal(2, _meters.Gauge("raft.log.commit_index")[id]);
            Assert.Equal(2, _meters.Gauge("raft.log.applied_index")[id]);
            Assert.Equal(0, _meters.Gauge("raft.log.commit_lag")[id]);
            Assert.Equal(0, _meters.Gauge("raft.log.apply_lag")[id]);
            Assert.Equal(0, _meters.Gauge("raft.proposals.pending")[id]);
            Assert.Equal(node.Status.Reachable.Count, _meters.Gauge("raft.node.reachable_voters")[id]);
        });
        Assert.Equal(3, _meters.Gauge("raft.node.reachable_voters")[leader.Raft.Id.Value]);
        MetricCollector<long> roles = _meters.Collect<long>("raft.node.role");
        roles.RecordObservableInstruments();
        Assert.Equal(
            ["follower", "follower", "leader"],
            Meters.Sum(roles, RaftDiagnostics.NodeIdTag).Select(node => RoleOf(node.Key)).Order());

        object? RoleOf(string node) =>
            roles.GetMeasurementSnapshot().Single(measurement => Equals(measurement.Tags["raft.node.id"], node)).Tags["raft.role"];
    }

    [Fact]
    public void Lags_OfALeaderThatCannotCommit_Grow()
    {
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        peers.Acknowledge = false;
        _ = node.Propose("a");
        _ = node.Propose("b");
        _lab.World.RunFor(TimeSpan.FromMilliseconds(50));

        Assert.Equal(2, _meters.Gauge("raft.log.commit_lag")["n1"]);
        Assert.Equal(2, _meters.Gauge("raft.proposals.pending")["n1"]);
        Assert.Equal(
            ["n2 2", "n3 2"],
            _meters.Gauge("raft.follower.lag", RaftDiagnostics.FollowerIdTag).Select(static lag => $"{lag.Key} {lag.Value}"));
        Assert.All(
            _meters.Gauge("raft.follower.in_flight", RaftDiagnostics.FollowerIdTag),
            static inFlight => Assert.InRange(inFlight.Value, 1, 2));
    }

    [Fact]
    public void ApplyLag_OfAStateMachineThatHangs_Grows()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == 1);
        _ = node.Propose("a");
        _lab.World.RunUntil(() => machine.IsWaiting);
        _ = node.Propose("b");
        _lab.World.RunUntil(() => node.Status.CommitIndex == 3);

        Assert.Equal(2, _meters.Gauge("raft.log.apply_lag")["n1"]);
    }

    [Fact]
    public void PendingProposals_OfAnIdleNode_AreNone()
    {
        LabNode node = _lab.Node().Lead();

        node.Commit("a");
        _lab.World.RunUntilIdle();

        Assert.Equal(0, _meters.Gauge("raft.proposals.pending")["n1"]);
    }

    [Fact]
    public void FollowerGauges_AreShownByTheLeaderOnly()
    {
        LabNode[] nodes = Start(out LabNode leader);
        string[] followers = [.. nodes.Where(node => node != leader).Select(static node => node.Raft.Id.Value)];
        Assert.Equal(followers, _meters.Gauge("raft.follower.lag", RaftDiagnostics.FollowerIdTag).Keys);
        MetricCollector<long> lags = _meters.Collect<long>("raft.follower.lag");
        lags.RecordObservableInstruments();
        Assert.Equal([leader.Raft.Id.Value], Meters.Sum(lags).Keys);

        _lab.World.Network.Isolate(leader.Raft.Id);
        _lab.World.RunUntil(() => leader.Status.Role != RaftRole.Leader);
        _lab.World.RunUntilIdle();
        lags.Clear();
        lags.RecordObservableInstruments();

        Assert.DoesNotContain(leader.Raft.Id.Value, Meters.Sum(lags).Keys);
    }

    [Fact]
    public void Gauges_AreShownWhileANodeRuns()
    {
        LabNode node = _lab.Node();
        Assert.Empty(_meters.Gauge("raft.node.term"));

        node.Lead();
        Assert.Equal(1, _meters.Gauge("raft.node.term")["n1"]);

        node.Stop();
        Assert.Empty(_meters.Gauge("raft.node.term"));
        Assert.Empty(_meters.Gauge("raft.follower.lag", RaftDiagnostics.FollowerIdTag));

        node.Lead();
        Assert.Equal(2, _meters.Gauge("raft.node.term")["n1"]);
    }

    [Fact]
    public void FollowerGauges_OfALeaderThatRunsAgain_StartAgain()
    {
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        Assert.Equal(2, _meters.Gauge("raft.follower.lag", RaftDiagnostics.FollowerIdTag).Count);
        node.Stop();

        node.Run();
        List<int> seen = [];
        _lab.World.RunUntil(() =>
        {
            seen.Add(_meters.Gauge("raft.follower.lag", RaftDiagnostics.FollowerIdTag).Count);
            return node.Status.Explanation.StartsWith("no leader", StringComparison.Ordinal);
        });

        Assert.All(seen, static count => Assert.Equal(0, count));
    }

    [Fact]
    public void Gauges_OfANodeThatHasFailed_AreNotShown()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        _ = node.Propose("bad");
        node.Failure();

        Assert.Empty(_meters.Gauge("raft.node.term"));
    }

    [Fact]
    public void Elections_AreCountedByCandidates_AndLeadersByAll()
    {
        MetricCollector<long> elections = _meters.Collect<long>("raft.elections");
        MetricCollector<long> changes = _meters.Collect<long>("raft.leader.changes");
        Start(out LabNode leader);
        _lab.World.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal([leader.Raft.Id.Value], Meters.Sum(elections).Keys);
        Assert.Equal(1, Meters.Sum(elections).Values.Single());
        Assert.Equal(["n1 1", "n2 1", "n3 1"], Meters.Sum(changes).Select(static change => $"{change.Key} {change.Value}"));
    }

    [Fact]
    public void Election_OfASingleNode_IsCounted()
    {
        MetricCollector<long> elections = _meters.Collect<long>("raft.elections");
        MetricCollector<long> changes = _meters.Collect<long>("raft.leader.changes");

        _lab.Node().Lead();
        _lab.World.RunUntilIdle();

        Assert.Equal(1, Meters.Sum(elections)["n1"]);
        Assert.Equal(1, Meters.Sum(changes)["n1"]);
    }

    [Fact]
    public void Leader_ThatReturnsInItsTerm_IsNotAChange()
    {
        MetricCollector<long> changes = _meters.Collect<long>("raft.leader.changes");
        LabNode node = _lab.Node("n2", members: 3);
        node.Run();
        _lab.World.RunUntilIdle();

        node.AppendEntries(7, "n1", 0, 0, []);
        _lab.World.RunUntil(() => node.Status.Leader is null);
        node.AppendEntries(7, "n1", 0, 0, []);
        node.AppendEntries(8, "n1", 0, 0, []);
        _lab.World.RunUntilIdle();

        Assert.Equal(2, Meters.Sum(changes)["n2"]);
    }

    [Fact]
    public void Nodes_OfOneMeter_AreAlsoDistinguishedByTheirClusters()
    {
        _lab.Node(configure: static options => options.ClusterId = "a").Lead();
        _lab.Node(configure: static options => options.ClusterId = "b").Lead();

        SortedDictionary<string, long> clusters = _meters.Gauge("raft.node.term", RaftDiagnostics.ClusterIdTag);

        Assert.Equal(["a", "b"], clusters.Keys);
    }

    [Fact]
    public void DisposedNode_IsNotKeptAliveByTheMeter()
    {
        WeakReference node = Abandon();
        for (int i = 0; i < 10 && node.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(node.IsAlive);
        Assert.Empty(_meters.Gauge("raft.node.term"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Abandon()
    {
        Lab lab = new() { Metrics = _meters.Metrics };
        LabNode node = lab.Node().Lead();
        node.Commit("a");
        lab.World.Run(node.Raft.DisposeAsync());
        lab.World.RunUntilIdle();
        return new WeakReference(node.Raft);
    }

    private LabNode[] Start(out LabNode leader)
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        leader = _lab.WaitForLeader(nodes);
        return nodes;
    }
}
