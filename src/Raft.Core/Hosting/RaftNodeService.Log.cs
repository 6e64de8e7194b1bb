using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class RaftNodeService
{
    [LoggerMessage(200, LogLevel.Critical, "Raft node {NodeName} cannot start: {Reason}", EventName = "StartRefused")]
    private partial void LogStartRefused(Exception exception, string? nodeName, string reason);

    [LoggerMessage(201, LogLevel.Warning,
        "Raft node {NodeName} did not stop within the host's shutdown timeout, and the host stops without it. It waits for {WaitsFor}",
        EventName = "StopTimedOut")]
    private partial void LogStopTimedOut(string? nodeName, string waitsFor);

    [LoggerMessage(206, LogLevel.Warning,
        "The host's shutdown timeout was over before the turn of Raft node {NodeName} came: other services used it up. The node did not "
        + "stop in the moment that it was given, and the host stops without it. It waits for {WaitsFor}",
        EventName = "StopBegunLate")]
    private partial void LogStopBegunLate(string? nodeName, string waitsFor);

    [LoggerMessage(202, LogLevel.Critical, "Raft node {NodeId} has failed, and stops the host because StopHostOnFailure is set: {Reason}",
        EventName = "StopsHost")]
    private partial void LogStopsHost(NodeId nodeId, string reason);
}
