namespace Raft.Testing;

/// <summary>The commit index in a store is a lower bound of what is committed, and never above the end of its log.</summary>
internal sealed class StoredCommitIndex(CommittedLog committed) : ClusterRule
{
    public override string Name => "The stored commit index is a lower bound";

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        long end = write.Entries.IsEmpty ? node.Store.WrittenImage.Entries.LastIndex : write.FirstIndex + write.Entries.Length - 1;
        return write.CommitIndex > end ? $"{node.Id} stores commit index {write.CommitIndex}, and its log ends at {end}." : null;
    }

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        long stored = node.Store.WrittenImage.CommitIndex;
        return stored > committed.LastIndex
            ? $"{node.Id} has stored commit index {stored}, and {committed.LastIndex} entries are committed."
            : null;
    }
}
