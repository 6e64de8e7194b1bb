using Raft.Consensus;

namespace Raft;

/// <summary>The digests of one index that a leader has collected, at most one of each member.</summary>
internal sealed class DigestRound(long index)
{
    private readonly List<(NodeId Node, ulong Digest)> _digests = []; // in the order of the ids

    /// <summary>The index.</summary>
    public long Index => index;

    /// <summary>Whether the members need not repeat their digests: a majority has one, or there is none.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether it has changed since it was last looked at.</summary>
    public bool IsChanged { get; set; } = true;

    /// <summary>Since when the digests differ without a majority; null if they do not.</summary>
    public TimeSpan? DiffersSince { get; set; }

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
        IsChanged = true;
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

    /// <summary>The digest of a majority of the voters, or of both sets of them in a joint configuration; null if there is none.</summary>
    public ulong? FindMajority(ClusterConfiguration configuration)
    {
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
        .. _digests.GroupBy(static each => each.Digest)
            .OrderByDescending(each => each.Key == majority)
            .ThenByDescending(static each => each.Count())
            .ThenBy(static each => each.First().Node)
            .Select(static each => new StateDivergenceSide(each.Key, new NodeSet([.. each.Select(static member => member.Node)]))),
    ];

    private VoteOutcome OutcomeOf(ulong digest, ClusterConfiguration configuration) =>
        configuration.OutcomeOf(voter => Of(voter) is { } reported ? reported == digest : null);
}
