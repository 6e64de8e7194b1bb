namespace Raft.Testing;

/// <summary>
/// Section 5.2: only a node that begins an election raises the term, and it votes for itself then. Nobody is in a term that no
/// candidate began: a pre-vote, above all, changes no term (dissertation, section 9.6).
/// </summary>
internal sealed class TermsBeginWithCandidates : ClusterRule
{
    private readonly HashSet<long> _begun = [0];

    public override string Name => "Terms begin with candidates";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        // A candidate's write may hold a later term already. It may also send its term before that is durable where the message promises
        // nothing, in the refusal of a pre-vote; if it crashes then, no node has voted in that term.
        if (message is RequestVoteMessage { IsPreVote: false } or RequestVoteReplyMessage { IsPreVote: true, VoteGranted: false })
        {
            _begun.Add(message.Term);
        }

        return null;
    }

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        if (write.HardState is not { } hard || (hard.VotedFor == node.Id && _begun.Add(hard.Term)))
        {
            return null;
        }

        return _begun.Contains(hard.Term) ? null : $"{node.Id} enters term {hard.Term}, which no candidate has begun.";
    }
}
