using Microsoft.Extensions.Logging;

namespace Raft;

/// <content>Messages about states that differ.</content>
internal sealed partial class NodeLogger
{
    public void StatesDiffer(StateDivergence divergence) => Write(() => LogStatesDiffer(nodeId, divergence.ToString()));

    public void StatesAgree(StateDivergence divergence, string reason) =>
        Write(() => LogStatesAgree(nodeId, divergence.DifferingIndex, reason));

    public void DigestFailed(Exception? failure, string reason) => Write(() => LogDigestFailed(failure, nodeId, reason));

    [LoggerMessage(
        175, LogLevel.Critical,
        "Node {NodeId} sees members in different states, although they have applied the same entries: {Divergence}. Their state machine is "
        + "not deterministic, or the memory or the disk of one is broken. Keep the stores of all of them, and find the entry that made the "
        + "difference, as the page docs/troubleshooting.md describes",
        EventName = "StatesDiffer")]
    private partial void LogStatesDiffer(NodeId nodeId, string divergence);

    [LoggerMessage(
        176, LogLevel.Information,
        "Node {NodeId} no longer sees that the states of members differ, as they did at index {Index}: {Reason}",
        EventName = "StatesAgree")]
    private partial void LogStatesAgree(NodeId nodeId, long index, string reason);

    [LoggerMessage(
        177, LogLevel.Warning,
        "Node {NodeId} could not compute a digest of its state, which is not compared with the others' at that index: {Reason}",
        EventName = "DigestFailed")]
    private partial void LogDigestFailed(Exception? failure, NodeId nodeId, string reason);
}
