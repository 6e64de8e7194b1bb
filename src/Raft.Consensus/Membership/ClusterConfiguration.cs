namespace Raft.Consensus;

/// <summary>
/// The set of voters. Ordered by id, so that everything that walks over it does so in the same order on every node and in every
/// run. A voter's position in that order is its bit in a <see cref="Consensus.Quorum"/>.
/// </summary>
internal sealed class ClusterConfiguration
{
    private readonly NodeId[] _voters;

    public ClusterConfiguration(IEnumerable<NodeId> voters)
    {
        _voters = [.. voters.Order()];
        if (_voters.Length == 0)
        {
            throw new ArgumentException("A cluster needs at least one voter.", nameof(voters));
        }

        for (int i = 1; i < _voters.Length; i++)
        {
            if (_voters[i] == _voters[i - 1])
            {
                throw new ArgumentException($"Voter '{_voters[i]}' is listed twice.", nameof(voters));
            }
        }

        Quorum = Quorum.OfMajority(_voters.Length);
    }

    public IReadOnlyList<NodeId> Voters => _voters;

    /// <summary>Who decides elections and commitment.</summary>
    public Quorum Quorum { get; }

    /// <summary>The voter's position in <see cref="Voters"/>, or -1 for a node that is not a voter.</summary>
    public int PositionOf(NodeId node) => Array.IndexOf(_voters, node);

    /// <summary>The voter's bit; 0 for a node that is not a voter.</summary>
    public ulong BitOf(NodeId node) => PositionOf(node) is >= 0 and int position ? 1UL << position : 0;
}
