using Raft.Consensus;

namespace Raft;

/// <summary>The digests of one index that a leader has collected, at most one of each member.</summary>
internal sealed class DigestRound(long index)
{
    private readonly List<(NodeId Node, ulong Digest)> _digests = []; // in the order of the ids
    private readonly Dictionary<NodeId, ulong?> _judged = []; // whose difference was reported: from which majority, or without one
    private readonly List<NodeId> _former = []; // members of the majority that have started again, and not reported this index since

    /// <summary>The index.</summary>
    public long Index => index;

    /// <summary>
    /// Whether those who have reported need not repeat it: a majority has one digest, or the difference is reported, or this node has no
    /// digest of this index. What is received later is compared all the same.
    /// </summary>
    public bool IsSettled { get; set; }

    /// <summary>
    /// The digest that a majority had, as it was found last; null if none was found. What is the right state at an index does not change
    /// because a member of the majority starts again and has no digest of that index any more.
    /// </summary>
    public ulong? Majority { get; private set; }

    /// <summary>Whether those who have reported know, or will, that a majority has one digest.</summary>
    public bool IsDecided => Majority is not null;

    /// <summary>Whether it has changed since it was last looked at.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>Whether the digests differ without a majority, and those that are missing may still decide.</summary>
    public bool IsUndecided { get; set; }

    /// <summary>The digests, in the order of the members' ids.</summary>
    public IReadOnlyList<(NodeId Node, ulong Digest)> Digests => _digests;

    /// <summary>Whether there are two digests that differ.</summary>
    public bool Differs => _digests.Exists(each => each.Digest != _digests[0].Digest);

    /// <summary>The digest of a member; null if it has not reported one.</summary>
    public ulong? Of(NodeId node)
    {
        foreach ((NodeId each, ulong digest) in _digests)
        {
            if (each == node)
            {
                return digest;
            }
        }

        return null;
    }

    /// <summary>Notes what a member has reported last.</summary>
    public void Set(NodeId node, ulong digest)
    {
        IsChanged = true; // even if it is the same: a difference that is over is reported again to a member that does not know of it
        _judged.Remove(node);
        _former.Remove(node);
        int position = _digests.FindIndex(each => each.Node >= node);
        if (position < 0)
        {
            _digests.Add((node, digest));
        }
        else if (_digests[position].Node == node)
        {
            _digests[position] = (node, digest);
        }
        else
        {
            _digests.Insert(position, (node, digest));
        }
    }

    /// <summary>A member has started again: what it has reported counts no more, except that it was part of the majority.</summary>
    public void Remove(NodeId node)
    {
        if (Majority is { } majority && Of(node) == majority)
        {
            _former.Add(node);
        }

        _judged.Remove(node);
        IsChanged |= _digests.RemoveAll(each => each.Node == node) > 0;
    }

    /// <summary>A majority has a digest.</summary>
    public void Decide(ulong majority)
    {
        if (Majority != majority)
        {
            _former.Clear();
        }

        Majority = majority;
        IsSettled = true;
    }

    /// <summary>
    /// Whether a member's digest was judged by that of the same majority, and was not received again since: its difference may be over.
    /// Without a majority, whether it was judged at all.
    /// </summary>
    public bool IsJudged(NodeId node, ulong? majority) =>
        _judged.TryGetValue(node, out ulong? judgedBy) && (majority is null || majority == judgedBy);

    /// <summary>The difference of these digests is reported, or was known.</summary>
    public void Judge(ulong? majority)
    {
        foreach ((NodeId node, _) in _digests)
        {
            _judged[node] = majority ?? _judged.GetValueOrDefault(node);
        }
    }

    /// <summary>Forgets what nodes have reported that are not members, and has the round looked at in another configuration.</summary>
    public void Retain(ClusterConfiguration configuration)
    {
        foreach ((NodeId node, _) in _digests)
        {
            if (configuration.Find(node) is null)
            {
                _judged.Remove(node);
            }
        }

        _digests.RemoveAll(each => configuration.Find(each.Node) is null);
        _former.RemoveAll(node => configuration.Find(node) is null);
        IsChanged = true;
    }

    /// <summary>The digest of a majority of the voters, or of both sets of them in a joint configuration; null if there is none.</summary>
    public ulong? FindMajority(ClusterConfiguration configuration)
    {
        if (Majority is { } known && OutcomeOf(known, configuration) == VoteOutcome.Won)
        {
            return known;
        }

        foreach ((_, ulong digest) in _digests)
        {
            if (OutcomeOf(digest, configuration) == VoteOutcome.Won)
            {
                return digest;
            }
        }

        return null;
    }

    /// <summary>Whether no digest can be that of a majority, whatever the other voters report.</summary>
    public bool IsUndecidable(ClusterConfiguration configuration) =>
        _digests.TrueForAll(each => OutcomeOf(each.Digest, configuration) == VoteOutcome.Lost)
        && configuration.OutcomeOf(voter => Of(voter) is null ? true : false) == VoteOutcome.Lost; // those that have not reported yet

    /// <summary>The members by their digests, those with the digest of the majority first.</summary>
    public StateDivergenceSide[] Sides(ulong? majority) =>
    [
        .. _digests.Concat(majority is { } digest ? _former.Select(node => (Node: node, Digest: digest)) : [])
            .OrderBy(static each => each.Node)
            .GroupBy(static each => each.Digest)
            .OrderByDescending(each => each.Key == majority)
            .ThenByDescending(static each => each.Count())
            .ThenBy(static each => each.First().Node)
            .Select(static each => new StateDivergenceSide(each.Key, new NodeSet([.. each.Select(static member => member.Node)]))),
    ];

    private VoteOutcome OutcomeOf(ulong digest, ClusterConfiguration configuration) =>
        configuration.OutcomeOf(voter => (Of(voter) ?? FormerOf(voter)) is { } reported ? reported == digest : null);

    private ulong? FormerOf(NodeId node) => _former.Contains(node) ? Majority : null;
}
