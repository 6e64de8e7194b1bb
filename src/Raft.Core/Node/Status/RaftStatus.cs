namespace Raft;

/// <summary>What a node is and knows at one moment. All parts belong together.</summary>
public sealed record RaftStatus
{
    /// <summary>The node.</summary>
    public NodeId NodeId { get; init; }

    /// <summary>Where the node is between its construction and its end: starting, running, stopped, failed, ...</summary>
    public NodeLifecycle Lifecycle { get; init; }

    /// <summary>What the node is in the cluster: follower, candidate, leader, ... A node that does not run is a follower.</summary>
    public RaftRole Role { get; init; }

    /// <summary>Its current term (Figure 2's <c>currentTerm</c>); from 0 up.</summary>
    public long Term { get; init; }

    /// <summary>The candidate that received its vote in that term (<c>votedFor</c>); null if none did.</summary>
    public NodeId? VotedFor { get; init; }

    /// <summary>The leader of the term, as far as the node knows; null if it knows none.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>Index of the first entry that its log holds. Default 1.</summary>
    public long FirstIndex { get; init; } = 1;

    /// <summary>Index of its last entry; <see cref="FirstIndex"/> - 1 if there is none.</summary>
    public long LastIndex { get; init; }

    /// <summary>The highest entry that it knows to be committed (<c>commitIndex</c>).</summary>
    public long CommitIndex { get; init; }

    /// <summary>
    /// The highest entry that it or a leader that it has followed knows to be committed: larger than <see cref="CommitIndex"/> if the node
    /// does not hold it yet.
    /// </summary>
    public long KnownCommitIndex { get; init; }

    /// <summary>The highest entry that is applied to its state machine (<c>lastApplied</c>).</summary>
    public long AppliedIndex { get; init; }

    /// <summary>The last entry that its latest snapshot includes (section 7); 0 if it has none.</summary>
    public long SnapshotIndex { get; init; }

    /// <summary>
    /// The configuration in effect: who votes, and who only receives the log. It is the latest one in the log, committed or not (section
    /// 6); before there is one, that of the options.
    /// </summary>
    public ClusterConfiguration Membership { get; init; } = ClusterConfiguration.Empty;

    /// <summary>The members of the cluster, from <see cref="Membership"/>.</summary>
    public IReadOnlyList<RaftMember> Members => Membership.Members;

    /// <summary>
    /// The members that the node has received a message from within the longest election timeout, itself included. After its election, a
    /// leader counts only answers to what it sent. A follower receives messages from its leader and rarely from other nodes, so ask the
    /// leader which nodes are up.
    /// </summary>
    public IReadOnlyList<RaftMember> Reachable { get; init; } = [];

    /// <summary>The node that this leader is handing its leadership over to; null if it is not.</summary>
    public NodeId? TransferTarget { get; init; }

    /// <summary>
    /// The followers that have lost entries that they had acknowledged as durable, as far as this node has noticed as a leader. Their
    /// disks or log stores do not keep what they promise.
    /// </summary>
    public IReadOnlyList<NodeId> LostData { get; init; } = [];

    /// <summary>What has occupied its state machine or its stores without progress for <see cref="RaftNodeOptions.HangTimeout"/>.</summary>
    public IReadOnlyList<HangingWork> Hangs { get; init; } = [];

    /// <summary>
    /// Whether it has applied what was committed when it first had a leader in this run. Until then its state is that of an earlier time.
    /// </summary>
    public bool HasCaughtUp { get; init; }

    /// <summary>
    /// How long, at least, it has not applied something that it knows to be committed, or one of its callers has waited for a commitment.
    /// Zero for a node that keeps up. Computed when the status is read; it does not grow by itself.
    /// </summary>
    public TimeSpan Lag { get; init; }

    /// <summary>
    /// What is wrong with the setup of the cluster, in sentences: members with other options, nodes that do not agree on the members, a
    /// second leader of a term, and, on the leader, clocks that differ. Empty if nothing is known to be wrong.
    /// </summary>
    public IReadOnlyList<string> SetupProblems { get; init; } = [];

    /// <summary>
    /// The followers of this leader that lack entries, and have got no further for <see cref="RaftNodeOptions.HangTimeout"/>: neither with
    /// entries nor with a snapshot. They do not answer, refuse what they are sent, or cannot keep up. Empty on other nodes.
    /// </summary>
    public IReadOnlyList<NodeId> FollowersWithoutProgress { get; init; } = [];

    /// <summary>
    /// Whether this follower lacks entries that its leader has committed, and has got no further for
    /// <see cref="RaftNodeOptions.HangTimeout"/>. Its state is stale.
    /// </summary>
    public bool WaitsForLeader { get; init; }

    /// <summary>
    /// The members that the transport cannot reach, or that refuse it, with the reason: a connection that is refused, another cluster at
    /// an address, a certificate that has expired. Empty if nothing is known to be wrong.
    /// </summary>
    public IReadOnlyList<TransportProblem> TransportProblems { get; init; } = [];

    /// <summary>
    /// The members whose states differ although they have applied the same entries, as far as it concerns this node or it has noticed as a
    /// leader; null if none are known to. See <see cref="IStateDigest"/>.
    /// </summary>
    public StateDivergence? Divergence { get; init; }

    /// <summary>
    /// The last index at which its state is known, since the node's start, to have been that of a majority of the voters; 0 if none is
    /// known, such as where the state machine offers no digest.
    /// </summary>
    public long AgreedIndex { get; init; }

    /// <summary>The situation in a sentence for people: who leads, or why no node does and what is needed.</summary>
    public string Explanation { get; init; } = string.Empty;

    /// <summary>Why the node failed; null unless <see cref="Lifecycle"/> is <see cref="NodeLifecycle.Failed"/>.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Whether the node has stopped or failed. It may run again.</summary>
    internal bool HasEnded => Lifecycle is NodeLifecycle.Stopped or NodeLifecycle.Failed;

    /// <summary>The status in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() =>
        $"{NodeId}: {(Lifecycle == NodeLifecycle.Running ? $"{Role}" : $"{Lifecycle}")}, term {Term}, "
        + $"voted for {VotedFor?.Value ?? "nobody"}, leader {Leader?.Value ?? "unknown"}, "
        + $"log {FirstIndex} to {LastIndex}, committed {CommitIndex}, applied {AppliedIndex}, "
        + $"members {string.Join(", ", Members.Select(static member => member.Id))}; {Explanation}";
}
