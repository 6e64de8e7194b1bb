namespace Raft.Consensus;

/// <summary>
/// A set of voters, of which a majority decides: elections (section 5.2) and commitment (section 5.3). Any two majorities share a
/// voter, on which Raft's safety depends.
/// </summary>
/// <param name="voters">The voters, each once, ordered by id.</param>
internal sealed class VoterSet(NodeId[] voters)
{
    private const int MostOnStack = 128;

    private readonly NodeId[] _voters = voters;

    public ReadOnlySpan<NodeId> Voters => _voters;

    public int Count => _voters.Length;

    /// <summary>How many of them must agree.</summary>
    public int Majority => (_voters.Length / 2) + 1;

    public bool Contains(NodeId node) => Array.IndexOf(_voters, node) >= 0;

    /// <summary>The outcome of a vote, given the votes so far.</summary>
    /// <param name="voteOf">What a voter has answered; null if nothing yet.</param>
    public VoteOutcome OutcomeOf(Func<NodeId, bool?> voteOf)
    {
        int granted = 0;
        int refused = 0;
        foreach (NodeId voter in _voters)
        {
            bool? vote = voteOf(voter);
            granted += vote == true ? 1 : 0;
            refused += vote == false ? 1 : 0;
        }

        return granted >= Majority ? VoteOutcome.Won
            : _voters.Length - refused < Majority ? VoteOutcome.Lost
            : VoteOutcome.Pending;
    }

    /// <summary>The largest value that a majority has reached.</summary>
    /// <param name="valueOf">The value of a voter.</param>
    public long LargestReached(Func<NodeId, long> valueOf)
    {
        // Insertion sort, largest first: clusters have a handful of voters, and their values are nearly equal in steady state.
        Span<long> sorted = _voters.Length <= MostOnStack ? stackalloc long[_voters.Length] : new long[_voters.Length];
        for (int count = 0; count < _voters.Length; count++)
        {
            long value = valueOf(_voters[count]);
            int position = count;
            for (; position > 0 && sorted[position - 1] < value; position--)
            {
                sorted[position] = sorted[position - 1];
            }

            sorted[position] = value;
        }

        return sorted[Majority - 1];
    }
}
