using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>Messages about followers that make no progress, and about the ends of lasting failures.</content>
internal sealed partial class NodeLogger
{
    public void RefusedByFollower(NodeId follower, SnapshotReplyReason reason, int times) =>
        Write(() => LogRefusedByFollower(nodeId, follower, times, TextOf(reason)));

    public void AcceptedByFollower(NodeId follower) => Write(() => LogAcceptedByFollower(nodeId, follower));

    public void FollowerStalls(NodeId follower, TimeSpan since, string place) =>
        Write(() => LogFollowerStalls(nodeId, follower, since, place));

    public void FollowerProgresses(NodeId follower) => Write(() => LogFollowerProgresses(nodeId, follower));

    public void FollowerCannotCatchUp(NodeId follower, int times, TimeSpan since, string place, long stored, long written) =>
        Write(() => LogFollowerCannotCatchUp(nodeId, follower, times, since, place, stored, written));

    public void FollowerHasCaughtUp(NodeId follower) => Write(() => LogFollowerHasCaughtUp(nodeId, follower));

    private static string TextOf(SnapshotReplyReason reason) => reason switch
    {
        SnapshotReplyReason.StoreFailed => "its snapshot store has failed. Look at its log and its disk",
        SnapshotReplyReason.ChecksumWrong => "the checksum was wrong. If that is repeated, this node's snapshot is damaged: take another",
        SnapshotReplyReason.NoStore => "it has no snapshot store. Give it one",
        _ => "the snapshot is of another cluster, or of a version that it cannot read",
    };

    [LoggerMessage(
        146, LogLevel.Warning,
        "Node {NodeId} has sent its snapshot to {Follower}, which has refused it {Times} times and stays behind: {Reason}",
        EventName = "SnapshotRefusedByFollower")]
    private partial void LogRefusedByFollower(NodeId nodeId, NodeId follower, int times, string reason);

    [LoggerMessage(
        147, LogLevel.Information,
        "{Follower} no longer refuses the snapshot of node {NodeId}",
        EventName = "SnapshotAcceptedByFollower")]
    private partial void LogAcceptedByFollower(NodeId nodeId, NodeId follower);

    [LoggerMessage(
        148, LogLevel.Warning,
        "Node {NodeId} has not got {Follower} any further for {Since}: {Place}",
        EventName = "FollowerStalls")]
    private partial void LogFollowerStalls(NodeId nodeId, NodeId follower, TimeSpan since, string place);

    [LoggerMessage(
        149, LogLevel.Information,
        "{Follower}, a follower of node {NodeId}, makes progress again",
        EventName = "FollowerProgresses")]
    private partial void LogFollowerProgresses(NodeId nodeId, NodeId follower);

    [LoggerMessage(
        160, LogLevel.Warning,
        "Node {NodeId} cannot bring {Follower} up to date: it has begun to send it a snapshot {Times} times in {Since}, since the "
        + "log went on too far meanwhile, and {Place}. {StoredPerSecond} bytes a second arrive there, and {WrittenPerSecond} are written to the log. "
        + "Raise SnapshotTransferLogBytes, write less, or give the follower a faster link or disk",
        EventName = "FollowerCannotCatchUp")]
    private partial void LogFollowerCannotCatchUp(
        NodeId nodeId, NodeId follower, int times, TimeSpan since, string place, long storedPerSecond, long writtenPerSecond);

    [LoggerMessage(161, LogLevel.Information, "{Follower} has caught up with node {NodeId}", EventName = "FollowerHasCaughtUp")]
    private partial void LogFollowerHasCaughtUp(NodeId nodeId, NodeId follower);

    [LoggerMessage(
        164, LogLevel.Information,
        "Node {NodeId} {Over}, after {Times} {Of}",
        EventName = "FailureOver")]
    private partial void LogFailureOver(NodeId nodeId, string over, long times, string of);
}
