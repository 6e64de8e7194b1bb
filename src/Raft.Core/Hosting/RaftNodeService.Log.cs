using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class RaftNodeService
{
    [LoggerMessage(200, LogLevel.Critical, "Raft node {NodeName} cannot start: {Reason}", EventName = "StartRefused")]
    private partial void LogStartRefused(Exception exception, string? nodeName, string reason);

    [LoggerMessage(201, LogLevel.Warning, "Raft node {NodeName} did not stop within the host's shutdown timeout: the host stops without it",
        EventName = "StopTimedOut")]
    private partial void LogStopTimedOut(string? nodeName);

    [LoggerMessage(202, LogLevel.Critical, "Raft node {NodeId} has failed, and stops the host because StopHostOnFailure is set: {Reason}",
        EventName = "StopsHost")]
    private partial void LogStopsHost(NodeId nodeId, string reason);
}
