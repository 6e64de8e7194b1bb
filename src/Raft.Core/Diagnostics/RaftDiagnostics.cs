using System.Diagnostics;

namespace Raft;

/// <summary>
/// The names under which a node can be observed: for <c>AddMeter</c>, <c>AddSource</c>, log filters and dashboards. They are stable.
/// </summary>
public static class RaftDiagnostics
{
    /// <summary>The meter: <c>Raft</c>. Its instruments are described in <c>docs/operating.md</c>.</summary>
    public const string MeterName = "Raft";

    /// <summary>The activity source: <c>Raft</c>.</summary>
    public const string ActivitySourceName = "Raft";

    /// <summary>The category of a node's log messages: <c>Raft.RaftNode</c>.</summary>
    public const string LogCategory = "Raft.RaftNode";

    /// <summary>The category of the log messages about nodes and workers in a host: <c>Raft.Hosting</c>.</summary>
    public const string HostingLogCategory = "Raft.Hosting";

    /// <summary>The activity of a proposal, from the call to its outcome.</summary>
    public const string ProposeActivity = "raft.propose";

    /// <summary>The activity from a proposal to its commitment, on the leader.</summary>
    public const string CommitActivity = "raft.commit";

    /// <summary>The activity of applying a command, on each node of the process.</summary>
    public const string ApplyActivity = "raft.apply";

    /// <summary>The tag that names the node, on every measurement and activity.</summary>
    public const string NodeIdTag = "raft.node.id";

    /// <summary>The tag that names the cluster, on every measurement and activity.</summary>
    public const string ClusterIdTag = "raft.cluster.id";

    /// <summary>
    /// The tag that says how something ended. A proposal: <c>committed</c>, <c>rejected</c>, <c>refused</c>, <c>unknown</c>,
    /// <c>cancelled</c> or <c>invalid</c>. A leadership transfer: <c>transferred</c> or <c>failed</c>. An attempt of the TCP transport to
    /// connect: <c>connected</c>, or why not.
    /// </summary>
    public const string OutcomeTag = "raft.outcome";

    /// <summary>The tag with the index of an entry.</summary>
    public const string IndexTag = "raft.index";

    /// <summary>The tag with a term.</summary>
    public const string TermTag = "raft.term";

    /// <summary>The tag with a role, in lower case.</summary>
    public const string RoleTag = "raft.role";

    /// <summary>The tag with the kind of a message, such as <c>append_entries</c>.</summary>
    public const string MessageTypeTag = "raft.message.type";

    /// <summary>The tag with the reason for which a message was dropped: <c>overflow</c>, <c>foreign</c> or <c>invalid</c>.</summary>
    public const string DropReasonTag = "raft.drop.reason";

    /// <summary>
    /// The tag that says how a message contradicts the setup of the node: <c>second_leader</c>, <c>unlisted_sender</c> or
    /// <c>not_listed</c>.
    /// </summary>
    public const string ContradictionTag = "raft.contradiction";

    /// <summary>The tag that names the follower that a leader's measurement is about.</summary>
    public const string FollowerIdTag = "raft.follower.id";

    /// <summary>The tag with what hangs: <c>state_machine</c>, <c>log_store</c>, <c>snapshot_store</c>.</summary>
    public const string ResourceTag = "raft.resource";

    /// <summary>How up to date a read had to be: <c>linearizable</c>, <c>local</c>, <c>at_least</c> or <c>bounded_staleness</c>.</summary>
    public const string ReadConsistencyTag = "raft.read.consistency";

    /// <summary>The source of the activities. Static, as usual: a listener listens to the whole process.</summary>
    internal static ActivitySource Activities { get; } = new(ActivitySourceName);
}
