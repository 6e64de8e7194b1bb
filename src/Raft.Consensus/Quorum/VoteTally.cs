namespace Raft.Consensus;

/// <summary>The votes of one election or pre-vote (section 5.2). A voter's first answer counts; a repeated one changes nothing.</summary>
internal sealed class VoteTally(ClusterConfiguration configuration)
{
    private ulong _granted;
    private ulong _refused;

    /// <summary>Whether the votes so far decide the election.</summary>
    public VoteOutcome Outcome => configuration.Quorum.OutcomeOf(_granted, _refused);

    /// <summary>Counts a vote. One from a node that is not a voter is ignored.</summary>
    public void Record(NodeId voter, bool granted)
    {
        ulong bit = configuration.BitOf(voter);
        if (((_granted | _refused) & bit) != 0)
        {
            return;
        }

        if (granted)
        {
            _granted |= bit;
        }
        else
        {
            _refused |= bit;
        }
    }
}
