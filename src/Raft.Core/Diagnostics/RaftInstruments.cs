namespace Raft;

/// <summary>
/// The names of the instruments of the meter <see cref="RaftDiagnostics.MeterName"/>: for views, alerts and tests. They are stable; units
/// and tags are in <c>docs/operating.md</c>.
/// </summary>
public static class RaftInstruments
{
    /// <summary>Elections that a node has started.</summary>
    public const string Elections = "raft.elections";

    /// <summary>Leaders of a new term that a node learned of.</summary>
    public const string LeaderChanges = "raft.leader.changes";

    /// <summary>Proposals made at a node, by outcome.</summary>
    public const string Proposals = "raft.proposals";

    /// <summary>Seconds from a leader's log to commitment.</summary>
    public const string CommitDuration = "raft.commit.duration";

    /// <summary>Seconds that a state machine took for a batch.</summary>
    public const string ApplyDuration = "raft.apply.duration";

    /// <summary>Seconds that taking a snapshot took, capture and writing.</summary>
    public const string SnapshotDuration = "raft.snapshot.duration";

    /// <summary>Bytes of the snapshots that were taken.</summary>
    public const string SnapshotSize = "raft.snapshot.size";

    /// <summary>Snapshots that came from a leader and replaced the log.</summary>
    public const string SnapshotsInstalled = "raft.snapshots.installed";

    /// <summary>Snapshots that could not be taken, sent or stored.</summary>
    public const string SnapshotFailures = "raft.snapshot.failures";

    /// <summary>Times that a leader began to send a follower a snapshot.</summary>
    public const string SnapshotTransfers = "raft.snapshot.transfers";

    /// <summary>Messages given to the transport, by type.</summary>
    public const string MessagesSent = "raft.messages.sent";

    /// <summary>About how many bytes these take on a wire.</summary>
    public const string MessagesSentSize = "raft.messages.sent.size";

    /// <summary>Messages received, by type.</summary>
    public const string MessagesReceived = "raft.messages.received";

    /// <summary>About how many bytes these take on a wire.</summary>
    public const string MessagesReceivedSize = "raft.messages.received.size";

    /// <summary>Messages that arrived and were not processed, by reason.</summary>
    public const string MessagesDropped = "raft.messages.dropped";

    /// <summary>1, with the node's role as a tag.</summary>
    public const string NodeRole = "raft.node.role";

    /// <summary>The current term.</summary>
    public const string NodeTerm = "raft.node.term";

    /// <summary>Voters from which a message arrived recently, the node included.</summary>
    public const string NodeReachableVoters = "raft.node.reachable_voters";

    /// <summary>Index of the last log entry.</summary>
    public const string LogLastIndex = "raft.log.last_index";

    /// <summary>Index of the first log entry that is still there.</summary>
    public const string LogFirstIndex = "raft.log.first_index";

    /// <summary>The highest entry known to be committed.</summary>
    public const string LogCommitIndex = "raft.log.commit_index";

    /// <summary>The highest entry applied.</summary>
    public const string LogAppliedIndex = "raft.log.applied_index";

    /// <summary>Entries not known to be committed.</summary>
    public const string LogCommitLag = "raft.log.commit_lag";

    /// <summary>Committed entries not applied yet.</summary>
    public const string LogApplyLag = "raft.log.apply_lag";

    /// <summary>Proposals in the log that wait for their commitment.</summary>
    public const string ProposalsPending = "raft.proposals.pending";

    /// <summary>Reads of the state machine that wait for their answer.</summary>
    public const string ReadsWaiting = "raft.reads.waiting";

    /// <summary>Reads that were refused because too many waited.</summary>
    public const string ReadsRefused = "raft.reads.refused";

    /// <summary>Seconds from the call of a read to its answer.</summary>
    public const string ReadDuration = "raft.read.duration";

    /// <summary>Rounds of heartbeats that a leader has started for reads.</summary>
    public const string ReadRounds = "raft.read.rounds";

    /// <summary>Entries that a follower is not known to hold.</summary>
    public const string FollowerLag = "raft.follower.lag";

    /// <summary>Attempts to hand over the leadership, by outcome.</summary>
    public const string LeadershipTransfers = "raft.leadership.transfers";

    /// <summary>Leaderships that a node gave up because its log store or its state machine hung.</summary>
    public const string LeadershipsGivenUp = "raft.leadership.given_up";

    /// <summary>1 for each resource of a node that hangs: log store, snapshot store, state machine, transport.</summary>
    public const string NodeHangs = "raft.node.hangs";

    /// <summary>Committed entries, as far as the node or its leader knows, that the node has not applied.</summary>
    public const string LogLag = "raft.log.lag";

    /// <summary>Times that a follower lacked entries that it had acknowledged as durable.</summary>
    public const string FollowerLostData = "raft.follower.lost_data";

    /// <summary>Members whose options differ from the node's.</summary>
    public const string SetupDifferingMembers = "raft.setup.differing_members";

    /// <summary>Messages that prove that the setup of the cluster is broken, by kind.</summary>
    public const string SetupContradictions = "raft.setup.contradictions";

    /// <summary>Seconds from the time that a node's timer asked for to the pass that it caused.</summary>
    public const string WorkerLateness = "raft.worker.lateness";

    /// <summary>Differences between the states of nodes that have applied the same entries.</summary>
    public const string StateDivergences = "raft.state.divergences";

    /// <summary>The last index at which the state of a node is known to be that of a majority.</summary>
    public const string StateAgreedIndex = "raft.state.agreed_index";

    /// <summary>Messages with entries, or parts of a snapshot, that a follower has not answered.</summary>
    public const string FollowerInFlight = "raft.follower.in_flight";
}
