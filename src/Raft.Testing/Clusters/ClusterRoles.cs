namespace Raft.Testing;

/// <summary>
/// Which nodes of a simulated cluster vote, and which only receive the log: what the rules know about its quorums, independently of the
/// nodes. It is the same from the start of a run to its end.
/// </summary>
internal sealed class ClusterRoles
{
    private readonly NodeId[] _voters;
    private readonly NodeId[] _outgoing;
    private readonly NodeId[] _learners;

    private ClusterRoles(NodeId[] voters, NodeId[] outgoing, NodeId[] learners)
    {
        (_voters, _outgoing, _learners) = (voters, outgoing, learners);
        Quorum = new ReferenceQuorum<NodeId>(voters, outgoing);
        VoterSets = outgoing.Length == 0 ? [voters] : [voters, outgoing];
    }

    /// <summary>Which nodes are a quorum.</summary>
    public ReferenceQuorum<NodeId> Quorum { get; }

    /// <summary>The voters; two sets, of each of which a majority is needed, if two configurations are joint.</summary>
    public IReadOnlyList<IReadOnlyList<NodeId>> VoterSets { get; }

    /// <summary>Gives the nodes their roles. A cluster that is too small for others has voters only.</summary>
    public static ClusterRoles Of(MemberRoles roles, IReadOnlyList<NodeId> ids)
    {
        int half = (ids.Count / 2) + 1; // of three and four, both sets share more than one node, so that one can be spared
        return roles switch
        {
            MemberRoles.OneLearner when ids.Count >= 2 => new ClusterRoles([.. ids.SkipLast(1)], [], [ids[^1]]),
            MemberRoles.Joint when ids.Count >= 3 => new ClusterRoles([.. ids.Take(Math.Max(half, 3))], [.. ids.TakeLast(half)], []),
            _ => new ClusterRoles([.. ids], [], []),
        };
    }

    /// <summary>Whether a node votes.</summary>
    public bool IsVoter(NodeId node) => _voters.Contains(node) || _outgoing.Contains(node);

    /// <summary>Whether all other nodes together are a quorum.</summary>
    public bool CanSpare(NodeId node) => Quorum.IsReachedBy(_voters.Concat(_outgoing).Where(voter => voter != node));

    /// <summary>What the nodes begin with; null if all of them vote, as they do by themselves.</summary>
    public ClusterConfiguration? FirstConfiguration(Func<NodeId, RaftMember> memberOf) => _outgoing.Length + _learners.Length == 0
        ? null
        : new ClusterConfiguration(_voters.Select(memberOf), _outgoing.Select(memberOf), _learners.Select(memberOf));
}
