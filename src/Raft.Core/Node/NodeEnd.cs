namespace Raft;

/// <summary>The end of a node's life, as its callers and its status see it.</summary>
internal sealed class NodeEnd
{
    private readonly NodeId _nodeId;

    /// <param name="nodeId">The node.</param>
    /// <param name="failure">What ended it; null for an end in good order.</param>
    /// <param name="stopRequested">Whether a stop was requested: a cancellation is not a failure then.</param>
    public NodeEnd(NodeId nodeId, Exception? failure, bool stopRequested)
    {
        _nodeId = nodeId;
        Failure = failure is null || (failure is OperationCanceledException && stopRequested)
            ? null
            : failure as NodeFailedException ?? new NodeFailedException($"Node {nodeId} has failed: {failure.Message}", failure);
        Reason = new NodeStoppedException(
            Failure?.Message ?? $"Node {nodeId} has stopped: run it again, or propose to another node.", Failure);
    }

    /// <summary>Why the node must not continue; null for an end in good order.</summary>
    public NodeFailedException? Failure { get; }

    /// <summary>The error for callers whose request certainly had no effect.</summary>
    public NodeStoppedException Reason { get; }

    /// <summary>The error for the caller of a proposal that is in the log.</summary>
    public OutcomeUnknownException Unknown(long index, long term)
    {
        string verb = Failure is null ? "ended" : "failed";
        string because = Failure is null ? string.Empty : $" It failed because: {Failure.Message}";
        return new OutcomeUnknownException(
            $"Node {_nodeId} {verb} before the proposal at index {index} of term {term} was applied here: "
            + $"it may be applied by the others or not.{because}",
            index,
            term,
            Failure);
    }
}
