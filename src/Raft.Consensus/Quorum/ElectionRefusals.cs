namespace Raft.Consensus;

/// <summary>A leader that other voters follow, and from which a node without a leader receives no messages.</summary>
/// <param name="Leader">The leader.</param>
/// <param name="Followers">The voters that have refused the node because they follow it; the leader itself is not among them.</param>
internal sealed record UnheardLeader(NodeId Leader, NodeSet Followers);

/// <summary>
/// The refusals of a node's latest elections and pre-votes, as far as they name a leader (dissertation, section 9.6). A voter that has not
/// answered two rounds in a row is forgotten.
/// </summary>
internal sealed class ElectionRefusals(NodeId self)
{
    private readonly SortedDictionary<NodeId, (NodeId Leader, long Round)> _leaders = [];
    private long _round;

    /// <summary>The leader that most of the voters follow; null if none has named one.</summary>
    public UnheardLeader? Unheard { get; private set; }

    /// <summary>The node asks for votes once more.</summary>
    public void BeginRound()
    {
        _round++;
        NodeId[] silent = [.. _leaders.Where(refusal => refusal.Value.Round < _round - 1).Select(static refusal => refusal.Key)];
        foreach (NodeId voter in silent)
        {
            _leaders.Remove(voter);
        }

        Update();
    }

    /// <summary>A voter has answered.</summary>
    /// <param name="voter">The voter.</param>
    /// <param name="leader">The leader that its refusal names; null if it has granted, or knows no leader.</param>
    public void Note(NodeId voter, NodeId? leader)
    {
        if (leader is { } named && named != self)
        {
            _leaders[voter] = (named, _round);
        }
        else
        {
            _leaders.Remove(voter);
        }

        Update();
    }

    /// <summary>The node has a leader.</summary>
    public void Clear()
    {
        if (_leaders.Count > 0)
        {
            _leaders.Clear();
            Unheard = null;
        }
    }

    /// <summary>The same object as long as it says the same.</summary>
    private void Update()
    {
        NodeId? leader = _leaders.Values.GroupBy(static refusal => refusal.Leader)
            .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key)
            .Select(static group => (NodeId?)group.Key).FirstOrDefault();
        if (leader is not { } unheard)
        {
            Unheard = null;
            return;
        }

        NodeId[] followers = [.. _leaders.Where(refusal => refusal.Value.Leader == unheard && refusal.Key != unheard)
            .Select(static refusal => refusal.Key)];
        if (Unheard is not { } before || before.Leader != unheard || !before.Followers.Nodes.SequenceEqual(followers))
        {
            Unheard = new UnheardLeader(unheard, new NodeSet(followers));
        }
    }
}
