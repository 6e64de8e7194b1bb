namespace Raft.Testing;

/// <summary>
/// A node applies only what is committed and durable in its own log, and what it applies is what the cluster has committed (State
/// Machine Safety, Figure 3).
/// </summary>
internal sealed class AppliedBounds(CommittedLog committed) : ClusterRule
{
    public override string Name => "State Machine Safety";

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.AppliedIndex <= before.AppliedIndex)
        {
            return null;
        }

        LogImage disk = node.Store.DurableImage;
        long durable = node.Store.SafeIndex;
        if (now.AppliedIndex > Math.Min(now.CommitIndex, durable) || now.CommitIndex > now.LastIndex)
        {
            return $"{node.Id} has applied up to {now.AppliedIndex}, with {now.CommitIndex} committed, {durable} durable and a log to "
                + $"{now.LastIndex}.";
        }

        return now.AppliedIndex <= committed.LastIndex && committed.IsHeldBy(disk, now.AppliedIndex)
            ? null
            : $"{node.Id} has applied an entry {now.AppliedIndex} that the cluster has not committed.";
    }
}
