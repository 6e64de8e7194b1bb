namespace Raft;

/// <summary>The rounds of the latest indexes that a leader compares in its term. Bounded.</summary>
internal sealed class DigestRounds
{
    private const int MostRounds = 64;

    private readonly List<DigestRound> _rounds = [];

    /// <summary>The rounds, in the order of their indexes.</summary>
    public IReadOnlyList<DigestRound> All => _rounds;

    /// <summary>A new term, or another leader: nothing is known.</summary>
    public void Clear() => _rounds.Clear();

    /// <summary>Forgets what a member has reported.</summary>
    public void Remove(NodeId node)
    {
        foreach (DigestRound round in _rounds)
        {
            round.Remove(node);
        }
    }

    /// <summary>Forgets what nodes have reported that are not members.</summary>
    public void Retain(ClusterConfiguration configuration)
    {
        foreach (DigestRound round in _rounds)
        {
            round.Retain(configuration);
        }
    }

    /// <summary>The round of an index; null if it is older than all that are kept.</summary>
    public DigestRound? At(long index)
    {
        int position = _rounds.FindIndex(each => each.Index >= index);
        if (position >= 0 && _rounds[position].Index == index)
        {
            return _rounds[position];
        }

        if (_rounds.Count == MostRounds)
        {
            if (position == 0)
            {
                return null;
            }

            _rounds.RemoveAt(0);
            position -= position > 0 ? 1 : 0;
        }

        DigestRound round = new(index);
        _rounds.Insert(position < 0 ? _rounds.Count : position, round);
        return round;
    }

    /// <summary>
    /// The last index before a round at which the state of a member was that of a majority, as the rounds show it; 0 if none does.
    /// </summary>
    public long LastAgreedBefore(DigestRound round, NodeId node, ClusterConfiguration configuration)
    {
        for (int i = _rounds.IndexOf(round) - 1; i >= 0; i--)
        {
            if (_rounds[i].Of(node) is { } digest && _rounds[i].FindMajority(configuration) == digest)
            {
                return _rounds[i].Index;
            }
        }

        return 0;
    }

    /// <summary>
    /// The last index up to which a member need not repeat its digests; 0 if it must. What a majority has decided is not repeated because
    /// an earlier index is open.
    /// </summary>
    public long ReceivedFrom(NodeId node)
    {
        long received = 0;
        bool isOpen = false;
        foreach (DigestRound round in _rounds)
        {
            if (round.Of(node) is null)
            {
                continue;
            }

            isOpen |= !round.IsSettled;
            received = round.IsDecided || !isOpen ? round.Index : received;
        }

        return received;
    }
}
