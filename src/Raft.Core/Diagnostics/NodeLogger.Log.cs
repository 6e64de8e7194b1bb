using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md; a new message takes a new id.</content>
internal sealed partial class NodeLogger
{
    [LoggerMessage(
        100, LogLevel.Information,
        "Node {NodeId} of cluster {ClusterId} runs in term {Term}, with {Log}; members: {Members}",
        EventName = "Running")]
    private partial void LogRunning(NodeId nodeId, string clusterId, long term, string log, string members);

    [LoggerMessage(101, LogLevel.Information, "Node {NodeId} has stopped", EventName = "Stopped")]
    private partial void LogStopped(NodeId nodeId);

    [LoggerMessage(102, LogLevel.Critical, "Node {NodeId} has failed and stopped: {Reason}", EventName = "Failed")]
    private partial void LogFailed(Exception exception, NodeId nodeId, string reason);

    [LoggerMessage(
        104, LogLevel.Warning,
        "Node {NodeId} has not started yet: its {Resource} hangs, and has been {Work} for {Since}",
        EventName = "StartHangs")]
    private partial void LogStartHangs(NodeId nodeId, string resource, string work, TimeSpan since);

    [LoggerMessage(
        105, LogLevel.Information, "Node {NodeId} continues to start: its {Resource} makes progress again", EventName = "StartProceeds")]
    private partial void LogStartProceeds(NodeId nodeId, string resource);

    [LoggerMessage(110, LogLevel.Information, "Node {NodeId} leads term {Term}", EventName = "Leads")]
    private partial void LogLeads(NodeId nodeId, long term);

    [LoggerMessage(111, LogLevel.Information, "Node {NodeId} follows {Leader} in term {Term}", EventName = "Follows")]
    private partial void LogFollows(NodeId nodeId, NodeId leader, long term);

    [LoggerMessage(
        112, LogLevel.Warning,
        "Node {NodeId} lost its leadership of term {Term} and is in term {NewTerm} now: {Explanation}",
        EventName = "LostLeadership")]
    private partial void LogLostLeadership(NodeId nodeId, long term, long newTerm, string explanation);

    [LoggerMessage(
        113, LogLevel.Information,
        "Node {NodeId} has lost {Leader} as its leader and is in term {Term}: an election follows",
        EventName = "LostLeader")]
    private partial void LogLostLeader(NodeId nodeId, NodeId leader, long term);

    [LoggerMessage(114, LogLevel.Information, "Node {NodeId} asks for votes in term {Term}", EventName = "Campaigns")]
    private partial void LogCampaigns(NodeId nodeId, long term);

    [LoggerMessage(
        115, LogLevel.Debug,
        "Node {NodeId} asks whether it could win an election after term {Term}",
        EventName = "AsksForPreVotes")]
    private partial void LogStartsPreVote(NodeId nodeId, long term);

    [LoggerMessage(116, LogLevel.Warning, "Node {NodeId} has known no leader for {Since}: {Explanation}", EventName = "Leaderless")]
    private partial void LogLeaderless(NodeId nodeId, TimeSpan since, string explanation);

    [LoggerMessage(
        117, LogLevel.Information, "Node {NodeId} hands its leadership of term {Term} over to {Target}", EventName = "TransferBegins")]
    private partial void LogTransferBegins(NodeId nodeId, NodeId target, long term);

    [LoggerMessage(
        118, LogLevel.Information,
        "Node {NodeId} has ended its transfer of term {Term} to {Target}: {Outcome}",
        EventName = "TransferEnds")]
    private partial void LogTransferEnds(NodeId nodeId, NodeId target, long term, LeadershipTransferOutcome outcome);

    [LoggerMessage(
        120, LogLevel.Warning,
        "The state machine of node {NodeId} hangs: it has been {Work} for {Since}. Results and reads of this node wait for it",
        EventName = "ApplyHangs")]
    private partial void LogApplyHangs(NodeId nodeId, string work, TimeSpan since);

    [LoggerMessage(121, LogLevel.Information, "The state machine of node {NodeId} makes progress again", EventName = "ApplyRecovered")]
    private partial void LogApplyRecovered(NodeId nodeId);

    [LoggerMessage(
        122, LogLevel.Warning,
        "The log store of node {NodeId} has finished none of {Writes} writes for {Since}: nothing counts as written here until it "
        + "does",
        EventName = "DiskHangs")]
    private partial void LogDiskHangs(NodeId nodeId, int writes, TimeSpan since);

    [LoggerMessage(123, LogLevel.Information, "The log store of node {NodeId} makes progress again", EventName = "DiskRecovered")]
    private partial void LogDiskRecovered(NodeId nodeId);

    [LoggerMessage(
        124, LogLevel.Warning,
        "The {Store} of node {NodeId} hangs: it has been {Work} for {Since} without progress",
        EventName = "StorageHangs")]
    private partial void LogStorageHangs(NodeId nodeId, string store, string work, TimeSpan since);

    [LoggerMessage(125, LogLevel.Information, "The {Store} of node {NodeId} makes progress again", EventName = "StorageRecovered")]
    private partial void LogStorageRecovered(NodeId nodeId, string store);

    [LoggerMessage(
        126, LogLevel.Warning,
        "Node {NodeId} gives up its leadership of term {Term} to {Target}, because its {Resource} hangs, and another node does better: "
        + "{Evidence}. It has been {Work}. Callers learn that their outcome is unknown",
        EventName = "GivesUpLeadership")]
    private partial void LogGivesUpLeadership(NodeId nodeId, long term, NodeId target, string resource, string work, string evidence);

    [LoggerMessage(
        127, LogLevel.Warning,
        "Node {NodeId} could not hand over its leadership of term {Term}, and steps down, because its {Resource} hangs",
        EventName = "StepsDown")]
    private partial void LogStepsDown(NodeId nodeId, long term, string resource);

    [LoggerMessage(
        128, LogLevel.Warning,
        "Node {NodeId} has stopped without its state machine, which has been {Work} for {Since} and is given up: this node object does not "
        + "run again. Create a new node with a new state machine on the same log store",
        EventName = "StateMachineAbandoned")]
    private partial void LogStateMachineAbandoned(NodeId nodeId, string work, TimeSpan since);

    [LoggerMessage(
        129, LogLevel.Warning,
        "Node {NodeId} has not heard from {Leader} for {Since}, which leads the others: {Explanation}",
        EventName = "LeaderNotHeard")]
    private partial void LogUnheardLeader(NodeId nodeId, NodeId leader, string explanation, TimeSpan since);

    [LoggerMessage(
        131, LogLevel.Information, "Node {NodeId} hears from a leader again: {Leader}", EventName = "LeaderHeardAgain")]
    private partial void LogHearsLeaderAgain(NodeId nodeId, string leader);

    [LoggerMessage(
        132, LogLevel.Warning,
        "Node {NodeId} makes no progress: for {Since} it has had the committed entries up to {Committed}, and its leader {Leader} those up "
        + "to {Known}. It has received {Received} bytes of a snapshot. Look at the warnings of {Leader}",
        EventName = "MakesNoProgress")]
    private partial void LogMakesNoProgress(NodeId nodeId, NodeId leader, long committed, long known, long received, TimeSpan since);

    [LoggerMessage(
        133, LogLevel.Information, "Node {NodeId} makes progress again, and has the committed entries up to {Committed}",
        EventName = "MakesProgressAgain")]
    private partial void LogMakesProgressAgain(NodeId nodeId, long committed);

    [LoggerMessage(
        134, LogLevel.Information, "Node {NodeId} may start elections again: its {Resource} {Reason}", EventName = "MayCampaignAgain")]
    private partial void LogMayCampaignAgain(NodeId nodeId, string resource, string reason);

    [LoggerMessage(
        130, LogLevel.Warning,
        "Node {NodeId} dropped {Count} more messages, {Total} since it started: too many waited, or they were for another node or "
        + "cluster, or they broke the protocol",
        EventName = "DroppedMessages")]
    private partial void LogDroppedMessages(NodeId nodeId, long count, long total);

    [LoggerMessage(
        140, LogLevel.Information,
        "Node {NodeId} has taken a snapshot up to entry {Index}: {Length} bytes in {Duration}",
        EventName = "SnapshotTaken")]
    private partial void LogSnapshotTaken(NodeId nodeId, long index, long length, TimeSpan duration);

    [LoggerMessage(
        141, LogLevel.Warning,
        "Node {NodeId} could not take a snapshot, so its log is not shortened: {Reason}",
        EventName = "SnapshotFailed")]
    private partial void LogSnapshotFailed(Exception? exception, NodeId nodeId, string reason);

    [LoggerMessage(
        142, LogLevel.Information,
        "Node {NodeId} was too far behind, and continues from its leader's snapshot up to entry {Index} of term {Term}, {Length} "
        + "bytes",
        EventName = "SnapshotInstalled")]
    private partial void LogSnapshotInstalled(NodeId nodeId, long index, long term, long length);

    [LoggerMessage(
        143, LogLevel.Warning,
        "Node {NodeId} could not store its leader's snapshot and lags until it can; the leader sends it again: {Reason}",
        EventName = "SnapshotRefused")]
    private partial void LogSnapshotRefused(Exception? exception, NodeId nodeId, string reason);

    [LoggerMessage(
        144, LogLevel.Warning,
        "Node {NodeId} could not read its snapshot for {Follower}, which lags until it can: {Reason}",
        EventName = "SnapshotUnreadable")]
    private partial void LogSnapshotUnreadable(Exception? exception, NodeId nodeId, NodeId follower, string reason);

    [LoggerMessage(
        145, LogLevel.Warning,
        "Node {NodeId} could not dispose a snapshot's capture, writer or stream, which may stay open: {Reason}",
        EventName = "SnapshotNotClosed")]
    private partial void LogSnapshotNotClosed(Exception? exception, NodeId nodeId, string reason);

    [LoggerMessage(
        150, LogLevel.Error,
        "Node {NodeId} refuses the messages of {Sender}, which was set up differently, and neither elects the other: {Sender} belongs to "
        + "cluster {TheirCluster} with the identity {TheirIdentity} and the first members {TheirMembers}; this node belongs to "
        + "{OwnCluster} with the identity {OwnIdentity} and its options list {OwnMembers}. Give all nodes the same cluster id and "
        + "members, and empty the stores of those that were started with others",
        EventName = "ForeignIdentity")]
    private partial void LogForeignIdentity(
        NodeId nodeId,
        NodeId sender,
        string theirCluster,
        ClusterIdentity? theirIdentity,
        string theirMembers,
        string ownCluster,
        ClusterIdentity? ownIdentity,
        string ownMembers);

    [LoggerMessage(
        151, LogLevel.Warning,
        "Node {NodeId} sees that member {Member} runs on another store, or on an older state of it: {Seen} instead of {Known}. If it lost "
        + "its data, it must not vote: start it with FirstStart set to Join",
        EventName = "StoreReplaced")]
    private partial void LogStoreReplaced(NodeId nodeId, NodeId member, StoreIdentity known, StoreIdentity seen);

    [LoggerMessage(
        152, LogLevel.Error,
        "Node {NodeId} sees that {Follower} has lost entries that it had acknowledged as durable: it has entries up to {LastIndex} only, "
        + "and had acknowledged those up to {AcknowledgedIndex} in the same store ({Store}). They are sent again, but its disk or its log "
        + "store does not keep what it promises: check them before the next failure",
        EventName = "DurableDataLost")]
    private partial void LogDurableDataLost(NodeId nodeId, NodeId follower, StoreIdentity store, long acknowledgedIndex, long lastIndex);

    [LoggerMessage(
        154, LogLevel.Warning,
        "The options of node {NodeId} list the members {Members}, but the configuration in the log has {Configuration}: the log counts",
        EventName = "MembersDiffer")]
    private partial void LogMembersDiffer(NodeId nodeId, string members, ClusterConfiguration configuration);

    [LoggerMessage(
        155, LogLevel.Error,
        "Node {NodeId} cannot append entry {Index} of its leader {Leader}, and its log ends before it: {Problem}. Upgrade this node to the "
        + "version of its leader",
        EventName = "UnsupportedEntry")]
    private partial void LogUnsupportedEntry(NodeId nodeId, long index, NodeId leader, string problem);

    [LoggerMessage(
        103, LogLevel.Warning, "{Count} log messages of node {NodeId} were lost: a logging provider took none for long",
        EventName = "LogMessagesLost")]
    private static partial void LogMessagesLost(ILogger logger, NodeId nodeId, long count);
}
