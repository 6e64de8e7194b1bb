using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>Durations by the node's own clock.</summary>
public sealed class DurationTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Meters _meters = new();
    private readonly Gated _machine = new();

    public DurationTests() => _lab.Metrics = _meters.Metrics;

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Commit_IsMeasuredFromTheLogToTheMajority()
    {
        MetricCollector<double> commits = _meters.Collect<double>("raft.commit.duration");
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        Task<Committed> proposal = node.Propose("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(3));
        Assert.Empty(commits.GetMeasurementSnapshot());
        node.Store.Release();
        _lab.World.Run(proposal);

        CollectedMeasurement<double> measured = Assert.Single(commits.GetMeasurementSnapshot());
        Assert.InRange(measured.Value, 3, 3.1);
        Assert.Equal(("n1", "raft"), (measured.Tags["raft.node.id"], measured.Tags["raft.cluster.id"]));
    }

    [Fact]
    public void Read_IsMeasuredFromItsCallToItsAnswer()
    {
        MetricCollector<double> reads = _meters.Collect<double>("raft.read.duration");
        LabNode node = _lab.Node().Lead();
        node.Commit("before");
        Task<int> read = ReadOfTheNextEntry(node, CancellationToken.None);
        _lab.World.RunFor(TimeSpan.FromSeconds(3));
        node.Commit("a");
        _lab.World.Run(read);

        Assert.InRange(Assert.Single(reads.GetMeasurementSnapshot()).Value, 3, 3.1);
    }

    /// <summary>It is not known when it was called.</summary>
    [Fact]
    public void Read_CalledBeforeAnyoneListened_IsNotMeasured()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("before");
        Task<int> read = ReadOfTheNextEntry(node, CancellationToken.None);
        MetricCollector<double> reads = _meters.Collect<double>("raft.read.duration");
        node.Commit("a");
        _lab.World.Run(read);

        Assert.Empty(reads.GetMeasurementSnapshot());
    }

    [Fact]
    public void Read_ThatWasCancelled_IsNotMeasured()
    {
        MetricCollector<double> reads = _meters.Collect<double>("raft.read.duration");
        LabNode node = _lab.Node().Lead();
        node.Commit("before");
        using CancellationTokenSource cancelled = new();
        Task<int> read = ReadOfTheNextEntry(node, cancelled.Token);
        cancelled.Cancel();
        node.Commit("a");
        _lab.World.RunUntilIdle();

        Assert.True(read.IsCanceled);
        Assert.Empty(reads.GetMeasurementSnapshot());
    }

    [Fact]
    public void Commit_DoesNotIncludeTheWaitForTheStateMachine()
    {
        MetricCollector<double> commits = _meters.Collect<double>("raft.commit.duration");
        LabNode node = _lab.Node(machine: _machine).Lead();
        for (int i = 0; i < 5; i++)
        {
            _ = node.Propose($"{i}");
            _lab.World.RunFor(TimeSpan.FromSeconds(10)); // the first of them hangs
        }

        _machine.IsOpen = true;
        _machine.Release();
        _lab.World.RunUntil(() => _machine.Applied.Count == 5);

        Assert.Equal(5, commits.GetMeasurementSnapshot().Count);
        Assert.All(commits.GetMeasurementSnapshot(), static measured => Assert.InRange(measured.Value, 0, 0.1));
    }

    [Fact]
    public void Commit_OfEntriesProposedElsewhere_IsNotMeasured()
    {
        MetricCollector<double> commits = _meters.Collect<double>("raft.commit.duration");
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        leader.Commit("b");
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(2, commits.GetMeasurementSnapshot().Count);
        Assert.All(commits.GetMeasurementSnapshot(), measured => Assert.Equal(leader.Raft.Id.Value, measured.Tags["raft.node.id"]));
    }

    [Fact]
    public void Commit_OfALostLeadership_IsNotMeasured()
    {
        MetricCollector<double> commits = _meters.Collect<double>("raft.commit.duration");
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        peers.Acknowledge = false;
        Task<Committed> lost = node.Propose("lost");
        _lab.Fails<OutcomeUnknownException>(lost);

        peers.Acknowledge = true;
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader && node.Status.CommitIndex == node.Status.LastIndex);

        Assert.Empty(commits.GetMeasurementSnapshot());
    }

    [Fact]
    public void Apply_IsMeasuredOnceABatch()
    {
        MetricCollector<double> applies = _meters.Collect<double>("raft.apply.duration");
        LabNode node = _lab.Node(machine: _machine).Lead();
        Task<Committed> first = node.Propose("a");
        Task<Committed> second = node.Propose("b");
        _lab.World.RunUntil(() => _machine.IsWaiting);
        _lab.World.RunFor(TimeSpan.FromSeconds(3));
        _machine.Release();
        _lab.World.RunUntil(() => first.IsCompleted && second.IsCompleted);

        Assert.Equal([2], _machine.BatchSizes);
        Assert.Equal(3, Assert.Single(applies.GetMeasurementSnapshot()).Value, 3);
    }

    [Fact]
    public void Apply_ThatWasAbandoned_IsNotMeasured()
    {
        MetricCollector<double> applies = _meters.Collect<double>("raft.apply.duration");
        LabNode node = _lab.Node(machine: _machine).Lead();
        _ = node.Propose("a");
        _lab.World.RunUntil(() => _machine.IsWaiting);
        node.Stop();

        _machine.Release();
        _lab.World.RunUntilIdle();

        Assert.Empty(applies.GetMeasurementSnapshot());
    }

    [Fact]
    public void ListenerThatThrows_AffectsNothingElse()
    {
        using MeterListener listener = new();
        int thrown = 0;
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Scope == _meters && !instrument.IsObservable)
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        listener.Start();
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);

        leader.Commit("a");
        leader.Commit("b");
        leader.Stop();

        Assert.True(thrown > 10);
        Assert.All(nodes, static node => Assert.Null(node.Status.Failure));

        void Throw()
        {
            thrown++;
            throw new InvalidOperationException("The collector is away.");
        }
    }

    private static Task<int> ReadOfTheNextEntry(LabNode node, CancellationToken cancellationToken) => node.Raft.ReadAsync(
        static (StringLog log) => log.Entries.Count, ReadConsistency.AtLeast(node.Status.AppliedIndex + 1), cancellationToken).AsTask();
}
