using Microsoft.Extensions.Logging;

namespace Raft.Transport.Tcp;

/// <content>The log messages. Their ids and names are stable; <c>docs/operating.md</c> lists them.</content>
internal sealed partial class PeerReports
{
    [LoggerMessage(401, LogLevel.Information, "Listens at {Address} ({Protection})", EventName = "TcpListening")]
    private partial void LogListening(TcpAddress address, string protection);

    [LoggerMessage(402, LogLevel.Warning,
        "Node {NodeId} of cluster '{ClusterId}' uses TCP without TLS beyond loopback addresses, because AllowPlaintext is set: anyone who "
        + "reaches its port can change and destroy the state of the cluster",
        EventName = "TcpPlaintextAllowed")]
    private partial void LogPlaintextAllowed(NodeId nodeId, string clusterId);

    [LoggerMessage(403, LogLevel.Information,
        "Connected {Direction} {Peer}, with version {Version} of the protocol",
        EventName = "TcpConnected")]
    private partial void LogConnected(string direction, string peer, byte version);

    [LoggerMessage(404, LogLevel.Warning, "Cannot send to {Peer}: {Problem}", EventName = "TcpUnreachable")]
    private partial void LogUnreachable(string peer, string problem);

    [LoggerMessage(405, LogLevel.Warning, "Refused a connection from {Peer}: {Problem}", EventName = "TcpRefused")]
    private partial void LogRefused(string peer, string problem);

    [LoggerMessage(406, LogLevel.Warning, "Lost the connection with {Peer}: {Problem}", EventName = "TcpLost")]
    private partial void LogLost(string peer, string problem);

    [LoggerMessage(407, LogLevel.Information, "The connection with {Peer} has ended: {Reason}", EventName = "TcpClosed")]
    private partial void LogClosed(string peer, string reason);

    [LoggerMessage(408, LogLevel.Warning,
        "Refused node {NodeId} of cluster '{ClusterId}' from {Peer}: {Reason}",
        EventName = "TcpRefusesNode")]
    private partial void LogRefusesNode(NodeId nodeId, string clusterId, string peer, string reason);

    [LoggerMessage(409, LogLevel.Warning,
        "Node {NodeId} of cluster '{ClusterId}' is refused by {Peer}: {Reason}",
        EventName = "TcpNodeIsRefused")]
    private partial void LogNodeIsRefused(NodeId nodeId, string clusterId, string peer, string reason);

    [LoggerMessage(410, LogLevel.Warning,
        "The process at {Peer} expects node {NodeId} of cluster '{ClusterId}' at {Address}, but these nodes run here: {Nodes}. Correct its "
        + "address or cluster id, or start the node",
        EventName = "TcpMissing")]
    private partial void LogMissing(string peer, string address, NodeId nodeId, string clusterId, string nodes);

    [LoggerMessage(411, LogLevel.Warning,
        "Dropped a message of {Size} bytes for {Peer}, which accepts {Limit}: set MaximumFrameBytes of all processes to the same value, "
        + "64 KiB above MaximumMessageBytes, MaximumCommandBytes and SnapshotChunkBytes",
        EventName = "TcpMessageTooLarge")]
    private partial void LogTooLarge(int size, string peer, int limit);

    [LoggerMessage(412, LogLevel.Error, "Connections at {Address} cannot be accepted. It is tried again", EventName = "TcpAcceptFailed")]
    private partial void LogAcceptFailed(Exception exception, TcpAddress address);

    [LoggerMessage(413, LogLevel.Information, "Read {Path} again, which had changed. Its certificate is valid until {Until}",
        EventName = "TcpCertificateReloaded")]
    private partial void LogReloaded(string path, DateTime until);

    [LoggerMessage(414, LogLevel.Warning, "{Path} has changed and cannot be read. What it contained before stays in use",
        EventName = "TcpCertificateNotReloaded")]
    private partial void LogNotReloaded(Exception exception, string path);

    [LoggerMessage(415, LogLevel.Warning,
        "There are too many reports about other processes, the last about {Peer}: others of the next minute are omitted. The metric "
        + "raft.tcp.refusals counts all refusals",
        EventName = "TcpReportsOmitted")]
    private partial void LogOmitted(string peer);
}
