namespace Raft.Testing;

/// <summary>
/// Who waits for an answer waits for an entry that can still bring it: on a leader one that its state machine has not applied, on any
/// other node one that is committed besides. So nobody waits at a node that has lost its leadership for what may never be committed
/// there, and nobody at all at a node that has ended.
/// </summary>
internal sealed class EveryCallerIsAnswered : ClusterRule
{
    public override string Name => "Every caller is answered";

    public override string? OnQuiet(SimulatedNode node)
    {
        int waiting = node.Waiting;
        PublishedStatus status = node.Current!.PublishedStatus;
        if (status.Lifecycle is NodeLifecycle.Stopped or NodeLifecycle.Failed)
        {
            int calls = node.Current.LiveCalls;
            return calls == 0 ? null : $"{node.Id} has ended, and {calls} of its callers were never answered.";
        }

        // A node that still reads its log makes its callers wait, and has every right to.
        if (waiting == 0 || node.Current.Footprint is null)
        {
            return null;
        }

        long last = status.Role == RaftRole.Leader ? status.LastIndex : status.CommitIndex;
        long applied = node.Current.AppliedIndex;
        return waiting <= last - applied
            ? null
            : $"{waiting} callers wait at {node.Id}, {status.Role} of term {status.Term}, whose state machine has applied {applied} of "
                + $"{last} entries that could answer them.";
    }
}
