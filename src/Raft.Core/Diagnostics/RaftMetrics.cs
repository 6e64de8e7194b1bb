using System.Diagnostics.Metrics;

namespace Raft;

/// <summary>
/// The instruments of the meter <see cref="RaftDiagnostics.MeterName"/>, shared by all nodes of a process or host; each
/// measurement names its node. Give it to nodes through <see cref="RaftNodePorts.Metrics"/>; <c>AddRaftNode</c> does so by itself.
/// </summary>
/// <remarks>
/// Safe to use from any thread. An instrument without a listener costs next to nothing. Gauges are reported for nodes
/// that run. The instruments belong to the meter, and the meter to its factory: nothing has to be disposed here.
/// </remarks>
public sealed class RaftMetrics
{
    private readonly Lock _lock = new();
    private NodeMetrics[] _running = [];

    /// <summary>Creates the instruments.</summary>
    /// <param name="meterFactory">Creates the meter, which it keeps and disposes.</param>
    public RaftMetrics(IMeterFactory meterFactory)
        : this((meterFactory ?? throw new ArgumentNullException(nameof(meterFactory))).Create(RaftDiagnostics.MeterName))
    {
    }

    internal RaftMetrics(Meter meter)
    {
        Elections = meter.CreateCounter<long>(
            RaftInstruments.Elections, "{election}",
            "Elections that the node has started by asking for votes.");
        LeaderChanges = meter.CreateCounter<long>(
            RaftInstruments.LeaderChanges, "{change}",
            "Times that the node learned of a leader of a new term, or became it.");
        Proposals = meter.CreateCounter<long>(RaftInstruments.Proposals, "{proposal}", "Proposals made at the node, by outcome.");
        CommitDuration = meter.CreateHistogram<double>(
            RaftInstruments.CommitDuration, "s",
            "Time from a proposal's entry into the leader's log to its commitment.", advice: Buckets);
        ApplyDuration = meter.CreateHistogram<double>(
            RaftInstruments.ApplyDuration, "s",
            "Time that the state machine took for a batch of commands.", advice: Buckets);
        SnapshotDuration = meter.CreateHistogram<double>(
            RaftInstruments.SnapshotDuration, "s",
            "Time that taking a snapshot took, until it is durable.", advice: Buckets);
        SnapshotSize = meter.CreateHistogram<long>(
            RaftInstruments.SnapshotSize, "By",
            "Size of the snapshots that the node has taken.");
        SnapshotsInstalled = meter.CreateCounter<long>(
            RaftInstruments.SnapshotsInstalled, "{snapshot}",
            "Snapshots that came from a leader and replaced the node's log.");
        SnapshotFailures = meter.CreateCounter<long>(
            RaftInstruments.SnapshotFailures, "{failure}",
            "Snapshots that could not be taken, read or stored.");
        SnapshotTransfers = meter.CreateCounter<long>(
            RaftInstruments.SnapshotTransfers, "{transfer}",
            "Times that the node, as a leader, began to send a follower a snapshot.");
        MessagesSent = meter.CreateCounter<long>(RaftInstruments.MessagesSent, "{message}", "Messages given to the transport, by type.");
        BytesSent = meter.CreateCounter<long>(
            RaftInstruments.MessagesSentSize, "By",
            "About how many bytes the messages given to the transport take on a wire, by type.");
        MessagesReceived = meter.CreateCounter<long>(RaftInstruments.MessagesReceived, "{message}", "Messages received, by type.");
        BytesReceived = meter.CreateCounter<long>(
            RaftInstruments.MessagesReceivedSize, "By",
            "About how many bytes the messages received take on a wire, by type.");
        MessagesDropped = meter.CreateCounter<long>(
            RaftInstruments.MessagesDropped, "{message}",
            "Messages that arrived and were not processed, by reason.");

        LeadershipTransfers = meter.CreateCounter<long>(
            RaftInstruments.LeadershipTransfers, "{transfer}",
            "Attempts of the node to hand over its leadership, by outcome.");
        FollowersLostData = meter.CreateCounter<long>(
            RaftInstruments.FollowerLostData, "{loss}",
            "Times that a follower lacked entries that it had acknowledged as durable.");
        SetupContradictions = meter.CreateCounter<long>(
            RaftInstruments.SetupContradictions, "{contradiction}",
            "Messages that prove that the setup of the cluster is broken, by kind.");
        WorkerLateness = meter.CreateHistogram<double>(
            RaftInstruments.WorkerLateness, "s",
            "Time from the moment that the node's timer asked for to the work that it causes.", advice: Buckets);

        LeadershipsGivenUp = meter.CreateCounter<long>(
            RaftInstruments.LeadershipsGivenUp, "{leadership}",
            "Leaderships that the node gave up because its log store or its state machine hung.");
        meter.CreateObservableGauge(
            RaftInstruments.NodeHangs, () => Observe(static node => node.Hangs()), "{resource}",
            "1 for each resource of the node that hangs, otherwise 0.");
        Gauge(
            meter, RaftInstruments.LogLag, "{entry}",
            "Entries that the node or its leader knows to be committed, and that it has not applied.", static node => node.Lag());
        ReadDuration = meter.CreateHistogram<double>(
            RaftInstruments.ReadDuration, "s",
            "Time from the call of a read to its answer, by consistency.", advice: Buckets);
        ReadRounds = meter.CreateCounter<long>(
            RaftInstruments.ReadRounds, "{round}",
            "Rounds of heartbeats that the leader has started for reads.");
        ReadsRefused = meter.CreateCounter<long>(
            RaftInstruments.ReadsRefused, "{read}",
            "Reads that were refused since as many waited as the options allow.");

        StateDivergences = meter.CreateCounter<long>(
            RaftInstruments.StateDivergences, "{divergence}",
            "Differences between the states of nodes that have applied the same entries.");
        Gauge(
            meter, RaftInstruments.StateAgreedIndex, "{entry}",
            "The last index at which the node's state is known to be that of a majority.",
            static node => node.Gauge(static status => status.AgreedIndex));

        Gauge(meter, RaftInstruments.NodeRole, "{node}", "1, with the node's role as a tag.", static node => node.Role());
        Gauge(
            meter, RaftInstruments.NodeTerm, "{term}",
            "The node's current term.", static node => node.Gauge(static status => status.Term));
        Gauge(
            meter, RaftInstruments.NodeReachableVoters, "{voter}",
            "Voters, the node included, from which a message arrived within the longest election timeout.",
            static node => node.Gauge(static status => status.ReachableVoters));
        Gauge(
            meter, RaftInstruments.SetupDifferingMembers, "{member}",
            "Members whose options differ from the node's.",
            static node => node.Gauge(static status => status.SetupProblems.DifferingMembers));
        Gauge(
            meter, RaftInstruments.LogFirstIndex, "{entry}",
            "Index of the first log entry that was not dropped for a snapshot.",
            static node => node.Gauge(static status => status.FirstIndex));
        Gauge(
            meter, RaftInstruments.LogLastIndex, "{entry}",
            "Index of the last log entry.", static node => node.Gauge(static status => status.LastIndex));
        Gauge(
            meter, RaftInstruments.LogCommitIndex, "{entry}",
            "The highest entry known to be committed.", static node => node.Gauge(static status => status.CommitIndex));
        Gauge(
            meter, RaftInstruments.LogAppliedIndex, "{entry}",
            "The highest entry applied to the state machine.", static node => node.Applied());
        Gauge(
            meter, RaftInstruments.LogCommitLag, "{entry}",
            "Entries in the log that are not known to be committed.",
            static node => node.Gauge(static status => status.LastIndex - status.CommitIndex));
        Gauge(meter, RaftInstruments.LogApplyLag, "{entry}", "Committed entries that are not applied yet.", static node => node.ApplyLag());
        Gauge(
            meter, RaftInstruments.ProposalsPending, "{proposal}",
            "Proposals in the log that wait for their commitment.", static node => node.Pending());
        Gauge(
            meter, RaftInstruments.ReadsWaiting, "{read}",
            "Reads of the state machine that wait for their answer.", static node => node.ReadsWaiting());
        meter.CreateObservableGauge(
            RaftInstruments.FollowerLag, () => Observe(static node => node.FollowerLags()), "{entry}",
            "Entries in the leader's log that a follower is not known to hold.");
        meter.CreateObservableGauge(
            RaftInstruments.FollowerInFlight, () => Observe(static node => node.FollowerMessages()), "{message}",
            "Messages with entries, or parts of a snapshot, that a follower has not answered yet.");
    }

    internal Counter<long> Elections { get; }

    internal Counter<long> LeaderChanges { get; }

    internal Counter<long> Proposals { get; }

    internal Histogram<double> CommitDuration { get; }

    internal Histogram<double> ApplyDuration { get; }

    internal Histogram<double> SnapshotDuration { get; }

    internal Histogram<long> SnapshotSize { get; }

    internal Counter<long> SnapshotsInstalled { get; }

    internal Counter<long> SnapshotFailures { get; }

    internal Counter<long> SnapshotTransfers { get; }

    internal Counter<long> MessagesSent { get; }

    internal Counter<long> BytesSent { get; }

    internal Counter<long> MessagesReceived { get; }

    internal Counter<long> BytesReceived { get; }

    internal Counter<long> MessagesDropped { get; }

    internal Counter<long> LeadershipTransfers { get; }

    internal Counter<long> FollowersLostData { get; }

    internal Counter<long> SetupContradictions { get; }

    internal Histogram<double> WorkerLateness { get; }

    internal Counter<long> LeadershipsGivenUp { get; }

    internal Histogram<double> ReadDuration { get; }

    internal Counter<long> ReadRounds { get; }

    internal Counter<long> ReadsRefused { get; }

    internal Counter<long> StateDivergences { get; }

    /// <summary>From the latency of a cluster within one process to that of slow disks behind slow links.</summary>
    private static InstrumentAdvice<double> Buckets { get; } = new()
    {
        HistogramBucketBoundaries =
            [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Reports the gauges of a node from now on.</summary>
    internal void Add(NodeMetrics node)
    {
        lock (_lock)
        {
            _running = [.. _running, node];
        }
    }

    /// <summary>Reports the gauges of a node no longer.</summary>
    internal void Remove(NodeMetrics node)
    {
        lock (_lock)
        {
            _running = [.. _running.Where(other => other != node)];
        }
    }

    private void Gauge(Meter meter, string name, string unit, string description, Func<NodeMetrics, Measurement<long>> observe) =>
        meter.CreateObservableGauge(name, () => Observe(node => [observe(node)]), unit, description);

    private IEnumerable<Measurement<long>> Observe(Func<NodeMetrics, IEnumerable<Measurement<long>>> observe)
    {
        NodeMetrics[] running;
        lock (_lock)
        {
            running = _running;
        }

        return running.SelectMany(observe);
    }
}
