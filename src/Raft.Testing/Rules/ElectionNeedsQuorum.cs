namespace Raft.Testing;

/// <summary>
/// Section 5.2: a leader has received the votes of a majority in its term. In joint consensus (section 6), that is a majority of each set
/// of voters.
/// </summary>
/// <remarks>
/// Election Safety does not find every violation: as long as the two sets of voters stay the same, two leaders that were elected by a
/// majority of the same set cannot share a term, even if both ignore the other set.
/// </remarks>
internal sealed class ElectionNeedsQuorum(ReferenceQuorum<NodeId> quorum) : ClusterRule
{
    private readonly SortedDictionary<NodeId, (long Term, SortedSet<NodeId> Voters)> _votes = []; // of the latest term with a vote

    public override string Name => "An election needs a quorum";

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is not RequestVoteReplyMessage { VoteGranted: true, IsPreVote: false } vote)
        {
            return null;
        }

        if (!_votes.TryGetValue(node.Id, out (long Term, SortedSet<NodeId> Voters) votes) || votes.Term < vote.Term)
        {
            _votes[node.Id] = votes = (vote.Term, []);
        }

        if (votes.Term == vote.Term)
        {
            votes.Voters.Add(vote.From);
        }

        return null;
    }

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.Role != RaftRole.Leader || (before.Role == RaftRole.Leader && before.Term == now.Term))
        {
            return null;
        }

        NodeId[] voters =
        [
            node.Id,
            .. _votes.TryGetValue(node.Id, out (long Term, SortedSet<NodeId> Voters) votes) && votes.Term == now.Term ? votes.Voters : [],
        ];
        return quorum.IsReachedBy(voters)
            ? null
            : $"{node.Id} leads term {now.Term} with the votes of {string.Join(", ", voters)} only.";
    }
}
