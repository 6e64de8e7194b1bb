namespace Raft.Testing;

/// <summary>
/// Nothing is accepted from another cluster identity: no term, no entry, no leader. A node that belongs to a cluster sends its identity
/// with every message, and never belongs to another.
/// </summary>
/// <param name="members">The members of the cluster: nobody else leads it or receives a vote.</param>
internal sealed class OneIdentity(IReadOnlyCollection<NodeId> members) : ClusterRule
{
    private readonly HashSet<long> _foreignTerms = [];
    private readonly HashSet<long> _ownTerms = [];

    public override string Name => "One identity";

    /// <summary>Whether a message comes from another cluster than the node's. A node that belongs to none yet knows no other.</summary>
    public static bool IsForeign(SimulatedNode node, RaftMessage message) =>
        !message.IsHandlerCall && node.Store.WrittenImage.HardState.Identity is { } own && message.Origin.Identity != own;

    /// <summary>Whether a node that waits for a leader to join its cluster ignores a message.</summary>
    public static bool IsTooEarly(SimulatedNode node, RaftMessage message) =>
        node.Store.WrittenImage.HardState is { Join: { CommitIndex: null } }
        && message is not (AppendEntriesMessage or InstallSnapshotMessage);

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        ClusterIdentity? stored = node.Store.DurableImage.HardState.Identity;
        return stored is not null && message.Origin.Identity != stored
            ? $"{node.Id} sends {message.GetType().Name} of identity {message.Origin.Identity}, and its disk says {stored}."
            : null;
    }

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (IsForeign(node, message))
        {
            _foreignTerms.Add(message.Term);
        }

        return null;
    }

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        HardState before = node.Store.WrittenImage.HardState;
        HardState now = write.HardState ?? before;
        if (before.Identity is not null && now.Identity != before.Identity)
        {
            return $"{node.Id} writes the identity '{now.Identity}' over {before.Identity}.";
        }

        if (!write.Entries.IsEmpty && now.Identity is null)
        {
            return $"{node.Id} writes entries from {write.FirstIndex} on, and belongs to no cluster.";
        }

        if (now.VotedFor is { } candidate && !members.Contains(candidate))
        {
            return $"{node.Id} votes for {candidate}, which is not a member.";
        }

        if (now.VotedFor == node.Id || node.Situation.Role == RaftRole.Leader)
        {
            _ownTerms.Add(now.Term); // an election of its own may reach any term
        }

        if (IsOfOthersOnly(now.Term))
        {
            return $"{node.Id} enters term {now.Term}, which only nodes of another identity have sent.";
        }

        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            if (IsOfOthersOnly(entry.Term))
            {
                return $"{node.Id} writes an entry of term {entry.Term}, which only nodes of another identity have sent.";
            }
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node) =>
        node.Current!.PublishedStatus is { IsRunning: true, Leader: { } leader } && !members.Contains(leader)
            ? $"{node.Id} follows {leader}, which is not a member."
            : null;

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now) =>
        IsOfOthersOnly(now.Term) ? $"{node.Id} is in term {now.Term}, which only nodes of another identity have sent." : null;

    private bool IsOfOthersOnly(long term) => _foreignTerms.Contains(term) && !_ownTerms.Contains(term);
}
