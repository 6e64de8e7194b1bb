using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>The log messages about a worker. Event ids are stable and listed in docs/operating.md.</summary>
internal sealed partial class LeaderWorkerLog(ILogger logger, string worker)
{
    private readonly ILogger _logger = logger;

    public void Starts(NodeId nodeId, long term) => LogStarts(worker, nodeId, term);

    public void Ended(NodeId nodeId, long term) => LogEnded(worker, nodeId, term);

    public void EndedEarly(NodeId nodeId, long term) => LogEndedEarly(worker, nodeId, term);

    public void Outrun(Exception exception, NodeId nodeId, long term) => LogOutrun(exception, worker, nodeId, term);

    public void Failed(Exception exception, NodeId nodeId, long term) => LogFailed(exception, worker, nodeId, term);

    public void Overstays(NodeId nodeId, long term, TimeSpan since, bool mayOverlap) =>
        LogOverstays(worker, nodeId, term, since, mayOverlap
            ? "the worker of the next leadership starts next to it"
            : "no worker starts for a later leadership of this node before it has ended");

    public void OverstayEnds(NodeId nodeId, long term, TimeSpan since) => LogOverstayEnds(worker, nodeId, term, since);

    public void LeftBehind(NodeId nodeId, TimeSpan after) => LogLeftBehind(worker, nodeId, after);

    public void CallbackFailed(Exception exception, NodeId nodeId, long term) => LogCallbackFailed(exception, worker, nodeId, term);

    [LoggerMessage(210, LogLevel.Information, "Worker {Worker} starts on node {NodeId}, which leads term {Term}",
        EventName = "WorkerStarts")]
    private partial void LogStarts(string worker, NodeId nodeId, long term);

    [LoggerMessage(211, LogLevel.Information, "Worker {Worker} on node {NodeId} has ended its work of term {Term}",
        EventName = "WorkerEnded")]
    private partial void LogEnded(string worker, NodeId nodeId, long term);

    [LoggerMessage(212, LogLevel.Error,
        "Worker {Worker} on node {NodeId} failed in term {Term}. The host treats this like a failed background service; if the host "
        + "continues, the worker starts again with the next leadership of this node, and not before",
        EventName = "WorkerFailed")]
    private partial void LogFailed(Exception exception, string worker, NodeId nodeId, long term);

    [LoggerMessage(213, LogLevel.Information,
        "Worker {Worker} on node {NodeId} learned from its own calls that the leadership of term {Term} was lost",
        EventName = "WorkerOutrun")]
    private partial void LogOutrun(Exception exception, string worker, NodeId nodeId, long term);

    [LoggerMessage(214, LogLevel.Warning,
        "Worker {Worker} on node {NodeId} still does its work of term {Term}, {Since} after its token was cancelled: {Consequence}. Have "
        + "it pass its token to everything that it waits for",
        EventName = "WorkerOverstays")]
    private partial void LogOverstays(string worker, NodeId nodeId, long term, TimeSpan since, string consequence);

    [LoggerMessage(215, LogLevel.Information,
        "Worker {Worker} on node {NodeId} has ended its work of term {Term} at last, {Since} after its token was cancelled",
        EventName = "WorkerOverstayEnds")]
    private partial void LogOverstayEnds(string worker, NodeId nodeId, long term, TimeSpan since);

    [LoggerMessage(216, LogLevel.Information,
        "Worker {Worker} on node {NodeId} has ended while the node leads term {Term}: it starts again with the next leadership of this "
        + "node",
        EventName = "WorkerEndedEarly")]
    private partial void LogEndedEarly(string worker, NodeId nodeId, long term);

    [LoggerMessage(217, LogLevel.Warning,
        "Worker {Worker} on node {NodeId} ignores its token: it has not ended within {After} of the host's stop, and is left behind",
        EventName = "WorkerLeftBehind")]
    private partial void LogLeftBehind(string worker, NodeId nodeId, TimeSpan after);

    [LoggerMessage(218, LogLevel.Error,
        "A callback that worker {Worker} on node {NodeId} has registered on its token of term {Term} threw",
        EventName = "WorkerCallbackFailed")]
    private partial void LogCallbackFailed(Exception exception, string worker, NodeId nodeId, long term);
}
