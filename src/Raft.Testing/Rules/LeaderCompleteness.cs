namespace Raft.Testing;

/// <summary>Leader Completeness (Figure 3): what was committed in a term is in the logs of the leaders of all later terms.</summary>
internal sealed class LeaderCompleteness(CommittedLog committed) : ClusterRule
{
    public override string Name => "Leader Completeness";

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.Role != RaftRole.Leader || (before.Role == RaftRole.Leader && before.Term == now.Term))
        {
            return null;
        }

        long index = committed.LastIndexBefore(now.Term);
        LogImage log = node.Store.WrittenImage;
        return committed.IsHeldBy(log, index)
            ? null
            : $"{node.Id} leads term {now.Term} without the entries up to {index}, which an earlier leader had committed; its log ends "
                + $"at {log.Entries.LastIndex}.";
    }
}
