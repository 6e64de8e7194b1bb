namespace Raft.Testing;

/// <summary>
/// A leader commits what a majority holds durably, and by counting only entries of its own term (section 5.4.2). What is
/// committed never changes.
/// </summary>
internal sealed class CommitRule(CommittedLog committed, SimulatedNode[] nodes, ReferenceQuorum<NodeId> quorum) : ClusterRule
{
    public override string Name => "Commitment";

    /// <summary>
    /// A leader reports a commit to the others before its status shows it; if its own write fails in the same pass, its status
    /// never does.
    /// </summary>
    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is AppendEntriesMessage append && append.LeaderCommit > committed.LastIndex
            && node.Store.WrittenImage.Reaches(append.LeaderCommit)
            ? CheckLeader(node, append.Term, append.LeaderCommit, node.Store.WrittenImage)
            : null;

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
            return CheckLeader(node, now.Term, now.CommitIndex, log);
        }

        return now.CommitIndex <= committed.LastIndex && committed.IsHeldBy(log, now.CommitIndex)
            ? null
            : $"{node.Id} takes its entry {now.CommitIndex} for committed, which no leader has committed.";
    }

    private string? CheckLeader(SimulatedNode node, long leaderTerm, long index, LogImage log)
    {
        long term = log.TermAt(index);
        bool isNew = index > committed.LastIndex;
        if (isNew && term != leaderTerm)
        {
            return $"{node.Id}, leader of term {leaderTerm}, commits entry {index} of term {term} by counting.";
        }

        ulong hash = log.HashAt(index);
        List<NodeId> holders = [];
        foreach (SimulatedNode each in nodes)
        {
            LogImage disk = each.Store.DurableImage;
            if (index <= each.Store.SafeIndex && disk.Reaches(index) && disk.HashAt(index) == hash)
            {
                holders.Add(each.Id);
            }
        }

        if (isNew && !quorum.IsReachedBy(holders))
        {
            return $"{node.Id}, leader of term {leaderTerm}, commits entry {index}, which {holders.Count} of {nodes.Length} nodes hold "
                + "durably.";
        }

        return committed.Extend(leaderTerm, index, log) ? null : $"{node.Id}, leader of term {leaderTerm}, commits another entry {index} "
            + "than was committed before.";
    }
}
