using System.Diagnostics;
using System.Diagnostics.Metrics;
using Raft.Consensus;

namespace Raft;

/// <summary>One node's measurements. Counts are added on any thread; gauges are read on the collector's.</summary>
internal sealed class NodeMetrics
{
    private const int BytesPerMessage = 128;
    private const int BytesPerEntry = 21;

    private static readonly string[] MessageTypes =
    [
        "other", "request_vote", "request_vote_reply", "append_entries", "append_entries_reply",
        "request_pre_vote", "request_pre_vote_reply", "install_snapshot", "install_snapshot_reply",
        "timeout_now", "timeout_now_reply", "identity_refusal", "setup_request", "setup_reply", "read_index", "read_index_reply",
        "state_digest", "state_digest_reply",
    ];

    /// <summary>In the order of <see cref="ReadKind"/>.</summary>
    private static readonly string[] ReadKinds = ["linearizable", "local", "at_least", "bounded_staleness"];

    private readonly RaftMetrics _metrics;
    private readonly StatusBoard _board;
    private readonly KeyValuePair<string, object?> _nodeId;
    private readonly KeyValuePair<string, object?> _clusterId;
    private readonly TagList _node;
    private readonly TagList[] _byMessageType;
    private readonly TagList[] _byReadKind;
    private FollowerGauge[] _followers = [];
    private int _pending;
    private ReadLimit? _reads; // of the run

    public NodeMetrics(RaftMetrics metrics, StatusBoard board, NodeId nodeId, string clusterId)
    {
        _metrics = metrics;
        _board = board;
        _nodeId = new(RaftDiagnostics.NodeIdTag, nodeId.Value);
        _clusterId = new(RaftDiagnostics.ClusterIdTag, clusterId);
        _node = [_nodeId, _clusterId];
        _byMessageType = [.. MessageTypes.Select(type => Tagged(RaftDiagnostics.MessageTypeTag, type))];
        _byReadKind = [.. ReadKinds.Select(kind => Tagged(RaftDiagnostics.ReadConsistencyTag, kind))];
    }

    /// <summary>Whether anyone listens to the time to commit.</summary>
    public bool MeasuresCommits => _metrics.CommitDuration.Enabled;

    /// <param name="reads">Counts the reads that wait in this run, on any thread.</param>
    public void Start(ReadLimit reads)
    {
        Volatile.Write(ref _reads, reads);
        _metrics.Add(this);
    }

    public void Stop()
    {
        _metrics.Remove(this);
        Volatile.Write(ref _followers, []); // they belong to this run
        Volatile.Write(ref _pending, 0);
        Volatile.Write(ref _reads, null);
    }

    public void CountElection() => Add(_metrics.Elections, 1, in _node);

    public void CountLeaderChange() => Add(_metrics.LeaderChanges, 1, in _node);

    public void CountProposals(string outcome, int count = 1)
    {
        if (count > 0 && _metrics.Proposals.Enabled)
        {
            Add(_metrics.Proposals, count, Tagged(RaftDiagnostics.OutcomeTag, outcome));
        }
    }

    public void CountProposals(in BatchOutcomes outcomes)
    {
        CountProposals(ProposalOutcomeTags.Committed, outcomes.Committed);
        CountProposals(ProposalOutcomeTags.Rejected, outcomes.Rejected);
        CountProposals(ProposalOutcomeTags.Unknown, outcomes.Unknown);
        CountProposals(ProposalOutcomeTags.Cancelled, outcomes.Cancelled);
    }

    public void RecordCommit(TimeSpan duration) => Record(_metrics.CommitDuration, duration);

    public void RecordApply(TimeSpan duration) => Record(_metrics.ApplyDuration, duration);

    public void RecordSnapshot(TimeSpan duration, long length)
    {
        Record(_metrics.SnapshotDuration, duration);
        Record(_metrics.SnapshotSize, length);
    }

    /// <summary>Whether anyone listens to the durations of reads.</summary>
    public bool MeasuresReads => _metrics.ReadDuration.Enabled;

    public void RecordRead(ReadKind consistency, TimeSpan duration) =>
        Record(_metrics.ReadDuration, duration.TotalSeconds, in _byReadKind[(int)consistency]);

    public void CountReadRefusal() => Add(_metrics.ReadsRefused, 1, in _node);

    public void CountReadRounds(long count) => Add(_metrics.ReadRounds, count, in _node);

    public void CountSnapshotInstalled() => Add(_metrics.SnapshotsInstalled, 1, in _node);

    public void CountSnapshotFailure() => Add(_metrics.SnapshotFailures, 1, in _node);

    public void CountSnapshotTransfer(NodeId follower) =>
        Add(_metrics.SnapshotTransfers, 1, Tagged(RaftDiagnostics.FollowerIdTag, follower.Value));

    public void CountTransfer(LeadershipTransferOutcome outcome) => Add(
        _metrics.LeadershipTransfers, 1,
        Tagged(RaftDiagnostics.OutcomeTag, outcome == LeadershipTransferOutcome.Transferred ? "transferred" : "failed"));

    public void CountDivergence() => Add(_metrics.StateDivergences, 1, in _node);

    public void CountGivenUp() => Add(_metrics.LeadershipsGivenUp, 1, in _node);

    public void CountLostData(NodeId follower) =>
        Add(_metrics.FollowersLostData, 1, Tagged(RaftDiagnostics.FollowerIdTag, follower.Value));

    public void CountContradiction(ContradictionKind kind) => Add(
        _metrics.SetupContradictions, 1,
        Tagged(RaftDiagnostics.ContradictionTag, kind switch
        {
            ContradictionKind.SecondLeader => "second_leader",
            ContradictionKind.UnlistedSender => "unlisted_sender",
            _ => "not_listed",
        }));

    public void RecordLateness(TimeSpan lateness) => Record(_metrics.WorkerLateness, lateness);

    public void CountSent(RaftMessage message) => Count(message, _metrics.MessagesSent, _metrics.BytesSent);

    public void CountReceived(RaftMessage message) => Count(message, _metrics.MessagesReceived, _metrics.BytesReceived);

    public void CountDropped(string reason, long count) =>
        Add(_metrics.MessagesDropped, count, Tagged(RaftDiagnostics.DropReasonTag, reason));

    /// <summary>Publishes how many proposals are in the log and wait. Called by the worker after each pass.</summary>
    public void PublishPending(int pending) => Volatile.Write(ref _pending, pending);

    /// <summary>Publishes what the gauges show of the followers. Called by the worker after each pass.</summary>
    public void PublishFollowers(ReadOnlySpan<FollowerProgress> followers, long lastIndex)
    {
        if (_followers.Length != followers.Length) // leadership was won or lost
        {
            FollowerGauge[] gauges = new FollowerGauge[followers.Length];
            for (int i = 0; i < gauges.Length; i++)
            {
                gauges[i] = new FollowerGauge(Tagged(RaftDiagnostics.FollowerIdTag, followers[i].Id.Value));
            }

            Volatile.Write(ref _followers, gauges);
        }

        for (int i = 0; i < followers.Length; i++)
        {
            _followers[i].Set(lastIndex - followers[i].Match, followers[i].InFlightMessages);
        }
    }

    public Measurement<long> Gauge(Func<PublishedStatus, long> value) => new(value(_board.Current), _node);

    public Measurement<long> Role() => new(1, Tagged(RaftDiagnostics.RoleTag, _board.Current.Role switch
    {
        RaftRole.Follower => "follower",
        RaftRole.PreCandidate => "pre_candidate",
        RaftRole.Candidate => "candidate",
        RaftRole.Leader => "leader",
        _ => "learner",
    }));

    public Measurement<long> Applied() => new(_board.AppliedIndex, _node);

    public Measurement<long> ApplyLag()
    {
        long applied = _board.AppliedIndex; // before the commit index, which it never exceeds
        return new Measurement<long>(_board.Current.CommitIndex - applied, _node);
    }

    public IEnumerable<Measurement<long>> Hangs()
    {
        NodeConditions conditions = _board.Current.Conditions;
        return Enum.GetValues<HangingResource>().Select(
            resource => new Measurement<long>(
                conditions.Hangs.Any(hang => hang.Resource == resource) ? 1 : 0,
                Tagged(RaftDiagnostics.ResourceTag, HangingWork.Name(resource).Replace(' ', '_'))));
    }

    public Measurement<long> Lag()
    {
        long applied = _board.AppliedIndex; // before the commit index, which it never exceeds
        return new Measurement<long>(Math.Max(0, _board.Current.KnownCommitIndex - applied), _node);
    }

    public Measurement<long> Pending() => new(Volatile.Read(ref _pending), _node);

    public Measurement<long> ReadsWaiting() => new(Volatile.Read(ref _reads)?.Count ?? 0, _node);

    public IEnumerable<Measurement<long>> FollowerLags() =>
        Volatile.Read(ref _followers).Select(static follower => new Measurement<long>(follower.Lag, follower.Tags));

    public IEnumerable<Measurement<long>> FollowerMessages() =>
        Volatile.Read(ref _followers).Select(static follower => new Measurement<long>(follower.InFlight, follower.Tags));

    /// <summary>
    /// Adds to a counter. Listeners are users' code, called synchronously: if one throws, neither the node nor its callers notice.
    /// </summary>
    private static void Add(Counter<long> counter, long count, in TagList tags)
    {
        try
        {
            counter.Add(count, in tags);
        }
        // A listener's exception must not reach the node.
        catch (Exception)
        {
            // only that listener misses the measurement
        }
    }

    private void Record(Histogram<double> durations, TimeSpan duration) => Record(durations, duration.TotalSeconds);

    private void Record<T>(Histogram<T> histogram, T value)
        where T : struct => Record(histogram, value, in _node);

    private static void Record<T>(Histogram<T> histogram, T value, in TagList tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, in tags);
        }
        // A listener's exception must not reach the node.
        catch (Exception)
        {
            // only that listener misses the measurement
        }
    }

    private static int TypeOf(RaftMessage message) => message switch
    {
        RequestVoteMessage request => request.IsPreVote ? 5 : 1,
        RequestVoteReplyMessage reply => reply.IsPreVote ? 6 : 2,
        AppendEntriesMessage => 3,
        AppendEntriesReplyMessage => 4,
        InstallSnapshotMessage => 7,
        InstallSnapshotReplyMessage => 8,
        TimeoutNowMessage => 9,
        TimeoutNowReplyMessage => 10,
        IdentityRefusalMessage => 11,
        SetupRequestMessage => 12,
        SetupReplyMessage => 13,
        ReadIndexRequestMessage => 14,
        ReadIndexReplyMessage => 15,
        StateDigestMessage => 16,
        StateDigestReplyMessage => 17,
        _ => 0,
    };

    private void Count(RaftMessage message, Counter<long> messages, Counter<long> bytes)
    {
        if (messages.Enabled)
        {
            Add(messages, 1, in _byMessageType[TypeOf(message)]);
        }

        if (bytes.Enabled)
        {
            Add(bytes, SizeOf(message), in _byMessageType[TypeOf(message)]);
        }
    }

    /// <summary>
    /// About how many bytes a message takes on a wire. An estimate, since messages within a process are never encoded, and encoding a
    /// malformed one would throw here.
    /// </summary>
    private static long SizeOf(RaftMessage message)
    {
        long size = BytesPerMessage;
        if (message is AppendEntriesMessage append)
        {
            foreach (ref readonly LogEntry entry in append.Entries.Span)
            {
                size += BytesPerEntry + entry.Data.Length;
            }
        }
        else if (message is InstallSnapshotMessage install)
        {
            size += install.Header.Length + install.Data.Length;
        }

        return size;
    }

    private TagList Tagged(string name, string value) => [_nodeId, _clusterId, new(name, value)];

    /// <summary>What the gauges show of a follower, published by the leader's worker.</summary>
    private sealed class FollowerGauge(TagList tags)
    {
        private long _lag;
        private int _inFlight;

        public TagList Tags { get; } = tags;

        public long Lag => Volatile.Read(ref _lag);

        public int InFlight => Volatile.Read(ref _inFlight);

        public void Set(long lag, int inFlight)
        {
            Volatile.Write(ref _lag, lag);
            Volatile.Write(ref _inFlight, inFlight);
        }
    }
}
