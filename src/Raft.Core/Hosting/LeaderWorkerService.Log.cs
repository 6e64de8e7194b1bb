using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>The messages. Event ids are stable and listed in docs/operating.md.</content>
internal sealed partial class LeaderWorkerService<TWorker>
{
    [LoggerMessage(210, LogLevel.Information, "Worker {Worker} starts on node {NodeId}, which leads term {Term}",
        EventName = "WorkerStarts")]
    private partial void LogStarts(string worker, NodeId nodeId, long term);

    [LoggerMessage(211, LogLevel.Information, "Worker {Worker} on node {NodeId} has ended its work of term {Term}",
        EventName = "WorkerEnded")]
    private partial void LogEnded(string worker, NodeId nodeId, long term);

    [LoggerMessage(213, LogLevel.Information,
        "Worker {Worker} on node {NodeId} learned from its own calls that the leadership of term {Term} was lost",
        EventName = "WorkerOutrun")]
    private partial void LogOutrun(Exception exception, string worker, NodeId nodeId, long term);

    [LoggerMessage(212, LogLevel.Error, "Worker {Worker} on node {NodeId} failed in term {Term}", EventName = "WorkerFailed")]
    private partial void LogFailed(Exception exception, string worker, NodeId nodeId, long term);
}
