namespace Raft.Testing;

/// <summary>
/// A node's status has the index of the latest snapshot in its store: taken, received, or found at its start. It is the one that a
/// leader sends.
/// </summary>
internal sealed class SnapshotIndexIsCurrent : ClusterRule
{
    public override string Name => "The snapshot index is current";

    public override string? OnQuiet(SimulatedNode node)
    {
        PublishedStatus status = node.Current!.PublishedStatus;
        if (!status.IsRunning || node.IsStopping || node.Snapshots.MayBeUnknown)
        {
            return null;
        }

        long stored = node.Snapshots.Durable?.LastIncludedIndex ?? 0;
        return status.SnapshotIndex != stored
            ? $"{node.Id} reports a snapshot up to index {status.SnapshotIndex}, and its store has one up to {stored}."
            : null;
    }
}
