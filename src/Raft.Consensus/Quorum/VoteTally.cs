namespace Raft.Consensus;

/// <summary>The votes of one election or pre-vote (section 5.2). A voter's first answer counts; a repeated one changes nothing.</summary>
internal sealed class VoteTally(ClusterConfiguration configuration)
{
    private readonly SortedList<NodeId, bool> _votes = [];

    /// <summary>Whether the votes so far decide the election.</summary>
    public VoteOutcome Outcome => configuration.OutcomeOf(voter => _votes.TryGetValue(voter, out bool granted) ? granted : null);

    /// <summary>Counts a vote. One from a node that is not a voter is ignored.</summary>
    public void Record(NodeId voter, bool granted)
    {
        if (configuration.IsVoter(voter))
        {
            _votes.TryAdd(voter, granted);
        }
    }
}
