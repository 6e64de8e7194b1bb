namespace Raft.Consensus;

/// <summary>What the votes of one election amount to so far.</summary>
internal enum VoteOutcome
{
    /// <summary>Neither a majority of grants nor of refusals yet.</summary>
    Pending,

    /// <summary>A majority granted.</summary>
    Won,

    /// <summary>So many refused that a majority can no longer grant.</summary>
    Lost,
}

/// <summary>The votes of one election or pre-election (section 5.2). A voter's first answer counts; a repeated one changes nothing.</summary>
internal sealed class VoteTally(ClusterConfiguration configuration)
{
    private readonly bool?[] _votes = new bool?[configuration.Voters.Count];

    /// <summary>Counts a vote; one from a node that is no voter is ignored.</summary>
    public void Record(NodeId voter, bool granted)
    {
        int position = configuration.PositionOf(voter);
        if (position >= 0)
        {
            _votes[position] ??= granted;
        }
    }

    public VoteOutcome Outcome
    {
        get
        {
            int granted = 0;
            int refused = 0;
            foreach (bool? vote in _votes)
            {
                granted += vote == true ? 1 : 0;
                refused += vote == false ? 1 : 0;
            }

            int needed = MajorityQuorum.Size(_votes.Length);
            return granted >= needed ? VoteOutcome.Won
                : _votes.Length - refused < needed ? VoteOutcome.Lost
                : VoteOutcome.Pending;
        }
    }
}
