namespace Raft.Testing;

/// <summary>
/// Section 7: a node drops only entries that its state machine has applied, even if a snapshot that it has received includes later
/// ones. So its log begins at most one entry after what is applied, unless the log was restarted after a snapshot from which the
/// state machine is about to be restored.
/// </summary>
internal sealed class CompactionKeepsUnapplied : ClusterRule
{
    public override string Name => "Compaction keeps what is not applied";

    public override string? OnCompacting(SimulatedNode node, long throughIndex)
    {
        long applied = node.Current!.AppliedIndex;
        return throughIndex > applied
            ? $"{node.Id} drops its log up to {throughIndex}, and its state machine has applied entries up to {applied} only."
            : null;
    }

    /// <summary>The log begins at the same entry in memory and in the store, so the check above has seen every compaction.</summary>
    public override string? OnQuiet(SimulatedNode node)
    {
        PublishedStatus status = node.Current!.PublishedStatus;
        if (!status.IsRunning || node.Store.HasFailed)
        {
            return null;
        }

        long stored = node.Store.Written.PreviousIndex + 1;
        return status.FirstIndex != stored
            ? $"The log of {node.Id} begins at {status.FirstIndex} in memory and at {stored} in its store."
            : null;
    }
}
