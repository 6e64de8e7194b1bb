namespace Raft.Testing;

/// <summary>Leader Append-Only (Figure 3): a leader never overwrites or deletes entries of its log.</summary>
internal sealed class LeaderAppendOnly : ClusterRule
{
    public override string Name => "Leader Append-Only";

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        // What it was at the end of its last pass: in this one it may have stepped down, and then its term says so.
        NodeSituation was = node.Situation;
        LogImage log = node.Store.WrittenImage;
        long term = write.HardState?.Term ?? log.HardState.Term;
        return was.Role == RaftRole.Leader && term == was.Term && !write.Entries.IsEmpty && write.FirstIndex <= log.Entries.LastIndex
            ? $"{node.Id}, which leads term {term}, overwrites its log from index {write.FirstIndex} on; it ends at "
                + $"{log.Entries.LastIndex}."
            : null;
    }
}
