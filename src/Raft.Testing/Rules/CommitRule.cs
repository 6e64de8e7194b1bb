namespace Raft.Testing;

/// <summary>
/// A leader commits what a majority holds durably, and by counting only entries of its own term (section 5.4.2). What is
/// committed never changes.
/// </summary>
internal sealed class CommitRule(CommittedLog committed, SimulatedNode[] nodes) : ClusterRule
{
    public override string Name => "Commitment";

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.CommitIndex <= before.CommitIndex)
        {
            return null;
        }

        // Its log as written: a commit index never lies in what a node has yet to write.
        LogImage log = node.Store.WrittenImage;
        if (!log.Reaches(now.CommitIndex))
        {
            return $"{node.Id} takes index {now.CommitIndex} for committed, and its log ends at {log.Entries.LastIndex}.";
        }

        if (now.Role == RaftRole.Leader)
        {
            return CheckLeader(node, in now, log);
        }

        return now.CommitIndex <= committed.LastIndex && committed.HashAt(now.CommitIndex) == log.HashAt(now.CommitIndex)
            ? null
            : $"{node.Id} takes its entry {now.CommitIndex} for committed, which no leader has committed.";
    }

    private string? CheckLeader(SimulatedNode node, in NodeSituation now, LogImage log)
    {
        long index = now.CommitIndex;
        long term = log.Entries[index].Term;
        bool isNew = index > committed.LastIndex;
        if (isNew && term != now.Term)
        {
            return $"{node.Id}, leader of term {now.Term}, commits entry {index} of term {term} by counting.";
        }

        ulong hash = log.HashAt(index);
        int holding = 0;
        foreach (SimulatedNode each in nodes)
        {
            LogImage disk = each.Store.DurableImage;
            holding += index <= each.Store.SafeIndex && disk.HashAt(index) == hash ? 1 : 0;
        }

        if (isNew && holding <= nodes.Length / 2)
        {
            return $"{node.Id}, leader of term {now.Term}, commits entry {index}, which {holding} of {nodes.Length} nodes hold durably.";
        }

        return committed.Extend(now.Term, index, log) ? null : $"{node.Id}, leader of term {now.Term}, commits another entry {index} than was committed before.";
    }
}
