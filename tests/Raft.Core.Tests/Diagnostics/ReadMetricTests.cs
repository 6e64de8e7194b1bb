using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>What the instruments of reads show.</summary>
public sealed class ReadMetricTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Meters _meters = new();

    public ReadMetricTests() => _lab.Metrics = _meters.Metrics;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _meters.Dispose();

    /// <summary>No pass of the worker is between the call of a read and the collection.</summary>
    [Fact]
    public void WaitingReads_AreCountedWhenTheyAreCollected()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.World.RunUntilIdle();
        long next = node.Status.AppliedIndex + 1;
        Task<int>[] reads = [.. Enumerable.Range(0, 7).Select(_ => Count(node, ReadConsistency.AtLeast(next)))];
        Assert.Equal(7, _meters.Gauge("raft.reads.waiting")["n1"]);

        node.Commit("b");
        _lab.World.RunUntil(() => reads.All(static read => read.IsCompleted));

        Assert.Equal(0, _meters.Gauge("raft.reads.waiting")["n1"]);
    }

    [Fact]
    public void ReadsBeyondTheLimit_AreCountedAsRefused()
    {
        MetricCollector<long> refused = _meters.Collect<long>("raft.reads.refused");
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 2);
        node.Run();
        _lab.World.RunUntilIdle();
        Task<int>[] waiting = [Count(node, default), Count(node, default)];
        Assert.Empty(Meters.Sum(refused));

        _lab.Fails<OverloadedException>(Count(node, default));
        _lab.Fails<OverloadedException>(Count(node, ReadConsistency.AtLeast(1)));

        Assert.Equal(2, Meters.Sum(refused)["n1"]);
        Assert.Equal(2, _meters.Gauge("raft.reads.waiting")["n1"]);
        node.Stop();
        Assert.All(waiting, read => _lab.Fails<NodeStoppedException>(read));
        Assert.Equal(2, Meters.Sum(refused)["n1"]);
    }

    [Fact]
    public void ReadsThatArriveTogether_ShareFewRounds()
    {
        MetricCollector<long> rounds = _meters.Collect<long>("raft.read.rounds");
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");

        Task<int>[] reads = [.. Enumerable.Range(0, 1_000).Select(i => Count(nodes[i % 3], default))];
        _lab.World.RunUntil(() => reads.All(static read => read.IsCompletedSuccessfully));

        SortedDictionary<string, long> counted = Meters.Sum(rounds);
        Assert.Equal([leader.Raft.Id.Value], counted.Keys);
        Assert.InRange(counted.Values.Single(), 1, 4); // the requests of the followers arrive a little later
    }

    [Fact]
    public void ReadsOfASingleVoter_NeedNoRound()
    {
        MetricCollector<long> rounds = _meters.Collect<long>("raft.read.rounds");
        LabNode node = _lab.Node().Lead();
        node.Commit("a");

        Assert.Equal(1, _lab.World.Run(Count(node, default)));

        Assert.Empty(Meters.Sum(rounds));
    }

    [Fact]
    public void Durations_NameTheConsistency()
    {
        MetricCollector<double> durations = _meters.Collect<double>("raft.read.duration");
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        ReadConsistency[] consistencies =
        [
            ReadConsistency.Linearizable,
            ReadConsistency.Local,
            ReadConsistency.AtLeast(1),
            ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(1)),
        ];

        foreach (ReadConsistency consistency in consistencies)
        {
            _lab.World.Run(Count(node, consistency));
        }

        Assert.Equal(
            ["linearizable", "local", "at_least", "bounded_staleness"],
            durations.GetMeasurementSnapshot().Select(static measured => (string?)measured.Tags[RaftDiagnostics.ReadConsistencyTag]));
    }

    private static Task<int> Count(LabNode node, ReadConsistency consistency) =>
        node.Raft.ReadAsync(static (StringLog log) => log.Entries.Count, consistency, Token).AsTask();
}
