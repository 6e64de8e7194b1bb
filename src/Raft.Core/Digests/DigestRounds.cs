namespace Raft;

/// <summary>What a leader has collected in its term: rounds by their indexes, and what it knows of each member. Bounded.</summary>
internal sealed class DigestRounds
{
    private const int MostRounds = 64;

    private readonly List<DigestRound> _rounds = []; // in the order of their indexes
    private readonly List<ComparedMember> _members = []; // of the cluster

    /// <summary>The rounds, in the order of their indexes.</summary>
    public List<DigestRound> All => _rounds;

    /// <summary>The members of which something is known.</summary>
    public List<ComparedMember> Members => _members;

    /// <summary>A new term, or another leader: nothing is known.</summary>
    public void Clear()
    {
        _rounds.Clear();
        _members.Clear();
    }

    /// <summary>What is known of a member.</summary>
    public ComparedMember MemberOf(NodeId node)
    {
        ComparedMember? known = _members.Find(each => each.Node == node);
        if (known is null)
        {
            _members.Add(known = new ComparedMember(node));
        }

        return known;
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

    /// <summary>The last index up to which a member need not repeat its digests; 0 if it must.</summary>
    public long ReceivedFrom(NodeId node)
    {
        long received = 0;
        foreach (DigestRound round in _rounds)
        {
            if (round.Of(node) is null)
            {
                continue;
            }

            if (!round.IsSettled)
            {
                return received;
            }

            received = round.Index;
        }

        return Math.Max(received, MemberOf(node).SkippedIndex);
    }
}

/// <summary>What a leader knows of the digests of a member.</summary>
internal sealed class ComparedMember(NodeId node)
{
    public NodeId Node => node;

    /// <summary>The last index at which its state was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex { get; set; }

    /// <summary>The last index of which it has reported a digest that cannot be compared any more.</summary>
    public long SkippedIndex { get; set; }

    /// <summary>Whether it is to be answered at the end of this pass.</summary>
    public bool AwaitsAnswer { get; set; }
}
