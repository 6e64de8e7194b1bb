using System.Diagnostics.Metrics;

namespace Raft.Tests.Node;

/// <summary>The instruments are a contract: dashboards and alerts depend on their names, units and tags.</summary>
public sealed class InstrumentTests : IDisposable
{
    private const string Tags = "raft.cluster.id, raft.node.id";

    private readonly Lab _lab = new();
    private readonly Meters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Instruments_OfAWorkingCluster_AreTheseAndHaveTheseUnitsAndTags()
    {
        using MeterListener listener = new();
        SortedDictionary<string, string> units = new(StringComparer.Ordinal);
        SortedDictionary<string, string> tags = new(StringComparer.Ordinal);
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Scope == _meters)
            {
                units[instrument.Name] = $"{instrument.GetType().Name[..^2]} {instrument.Unit}";
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, given, _) => Note(instrument, given));
        listener.SetMeasurementEventCallback<double>((instrument, _, given, _) => Note(instrument, given));
        listener.Start();
        _lab.Metrics = _meters.Metrics;
        _lab.HasSnapshots = true;
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        _lab.World.Run(leader.Raft.ReadAsync(
            static (StringLog log) => log.Entries.Count, cancellationToken: TestContext.Current.CancellationToken).AsTask());
        _lab.World.Run(leader.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());
        new Stranger(_lab).SendForeign("n1");
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        _lab.World.Run(leader.Raft.TransferLeadershipAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask());
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "raft.apply.duration: Histogram s [" + Tags + "]",
                "raft.commit.duration: Histogram s [" + Tags + "]",
                "raft.elections: Counter {election} [" + Tags + "]",
                "raft.follower.in_flight: ObservableGauge {message} [raft.cluster.id, raft.follower.id, raft.node.id]",
                "raft.follower.lag: ObservableGauge {entry} [raft.cluster.id, raft.follower.id, raft.node.id]",
                "raft.follower.lost_data: Counter {loss} []", // no follower has lost any
                "raft.leader.changes: Counter {change} [" + Tags + "]",
                "raft.leadership.given_up: Counter {leadership} []", // no leader hangs
                "raft.leadership.transfers: Counter {transfer} [raft.cluster.id, raft.node.id, raft.outcome]",
                "raft.log.applied_index: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.apply_lag: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.commit_index: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.commit_lag: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.first_index: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.lag: ObservableGauge {entry} [" + Tags + "]",
                "raft.log.last_index: ObservableGauge {entry} [" + Tags + "]",
                "raft.messages.dropped: Counter {message} [raft.cluster.id, raft.drop.reason, raft.node.id]",
                "raft.messages.received: Counter {message} [raft.cluster.id, raft.message.type, raft.node.id]",
                "raft.messages.received.size: Counter By [raft.cluster.id, raft.message.type, raft.node.id]",
                "raft.messages.sent: Counter {message} [raft.cluster.id, raft.message.type, raft.node.id]",
                "raft.messages.sent.size: Counter By [raft.cluster.id, raft.message.type, raft.node.id]",
                "raft.node.hangs: ObservableGauge {resource} [raft.cluster.id, raft.node.id, raft.resource]",
                "raft.node.reachable_voters: ObservableGauge {voter} [" + Tags + "]",
                "raft.node.role: ObservableGauge {node} [raft.cluster.id, raft.node.id, raft.role]",
                "raft.node.term: ObservableGauge {term} [" + Tags + "]",
                "raft.proposals: Counter {proposal} [raft.cluster.id, raft.node.id, raft.outcome]",
                "raft.proposals.pending: ObservableGauge {proposal} [" + Tags + "]",
                "raft.read.duration: Histogram s [raft.cluster.id, raft.node.id, raft.read.consistency]",
                "raft.read.rounds: Counter {round} [" + Tags + "]",
                "raft.reads.refused: Counter {read} []", // none was
                "raft.reads.waiting: ObservableGauge {read} [" + Tags + "]",
                "raft.setup.contradictions: Counter {contradiction} []", // the members agree
                "raft.setup.differing_members: ObservableGauge {member} [" + Tags + "]",
                "raft.snapshot.duration: Histogram s [" + Tags + "]",
                "raft.snapshot.failures: Counter {failure} []", // none failed here
                "raft.snapshot.size: Histogram By [" + Tags + "]",
                "raft.snapshot.transfers: Counter {transfer} []",
                "raft.snapshots.installed: Counter {snapshot} []", // nor was one sent
                "raft.state.agreed_index: ObservableGauge {entry} [" + Tags + "]",
                "raft.state.divergences: Counter {divergence} []", // all have the same state
                "raft.worker.lateness: Histogram s []", // simulated timers are on time
            ],
            units.Select(unit => $"{unit.Key}: {unit.Value} [{tags.GetValueOrDefault(unit.Key)}]"));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> given)
        {
            string[] names = [.. given.ToArray().Select(static tag => tag.Key).Order(StringComparer.Ordinal)];
            tags[instrument.Name] = string.Join(", ", names);
        }
    }

    [Fact]
    public void Meter_IsCalledRaft()
    {
        Assert.Equal(("Raft", "Raft"), (RaftDiagnostics.MeterName, RaftDiagnostics.ActivitySourceName));
        Assert.Equal(("Raft.RaftNode", "Raft.Hosting"), (RaftDiagnostics.LogCategory, RaftDiagnostics.HostingLogCategory));
    }

    [Fact]
    public void Tags_HaveTheirNames()
    {
        Assert.Equal(
            [
                "raft.node.id", "raft.cluster.id", "raft.outcome", "raft.index", "raft.term",
                "raft.role", "raft.message.type", "raft.drop.reason", "raft.follower.id", "raft.contradiction",
                "raft.read.consistency",
            ],
            [
                RaftDiagnostics.NodeIdTag, RaftDiagnostics.ClusterIdTag, RaftDiagnostics.OutcomeTag, RaftDiagnostics.IndexTag,
                RaftDiagnostics.TermTag, RaftDiagnostics.RoleTag, RaftDiagnostics.MessageTypeTag, RaftDiagnostics.DropReasonTag,
                RaftDiagnostics.FollowerIdTag, RaftDiagnostics.ContradictionTag, RaftDiagnostics.ReadConsistencyTag,
            ]);
    }
}
