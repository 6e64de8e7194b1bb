namespace Raft.Testing;

/// <summary>
/// A node votes for at most one candidate in a term (section 5.2), through all its lives. Judged by the votes that it sends, and by
/// whom it asks to vote for itself.
/// </summary>
internal sealed class OneVotePerTerm : ClusterRule
{
    private readonly Dictionary<(NodeId Voter, long Term), NodeId> _votes = [];

    public override string Name => "One vote per term";

    public override string? OnSent(SimulatedNode node, RaftMessage message) => message switch
    {
        RequestVoteReplyMessage { IsPreVote: false, VoteGranted: true } grant => Note(grant.From, grant.Term, grant.To),
        RequestVoteMessage { IsPreVote: false } request => Note(request.From, request.Term, request.From),
        _ => null,
    };

    private string? Note(NodeId voter, long term, NodeId candidate) =>
        _votes.TryAdd((voter, term), candidate) || _votes[(voter, term)] == candidate
            ? null
            : $"{voter} votes for {candidate} in term {term}, after it voted for {_votes[(voter, term)]}.";
}
