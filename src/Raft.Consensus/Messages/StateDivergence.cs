namespace Raft;

/// <summary>
/// Members whose states differ although they have applied the same entries: a state machine that is not deterministic, or broken memory.
/// </summary>
public sealed record StateDivergence
{
    /// <summary>The last index at which their states are known to have been the same; 0 if none is known.</summary>
    public long AgreedIndex { get; init; }

    /// <summary>
    /// The first index at which they are known to differ: an entry after <see cref="AgreedIndex"/> and up to this one made the difference.
    /// </summary>
    public long DifferingIndex { get; init; }

    /// <summary>
    /// Whether the first of <see cref="Sides"/> is a majority of the voters, or of both sets of voters while the configuration changes. If
    /// not, nothing says which state is the right one.
    /// </summary>
    public bool HasMajority { get; init; }

    /// <summary>The members that were compared, by their states. The majority is first, if there is one.</summary>
    public IReadOnlyList<StateDivergenceSide> Sides { get; init; } = [];

    /// <summary>Whether a node is on another side than the majority.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True if there is a majority, and the node is on another side.</returns>
    public bool IsInMinority(NodeId node)
    {
        for (int i = 1; HasMajority && i < Sides.Count; i++)
        {
            if (Sides[i].Nodes.Contains(node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The members whose states are not known to be right: the minority or, without a majority, all of them.</summary>
    internal IEnumerable<NodeId> Concerned() => Sides.Skip(HasMajority ? 1 : 0).SelectMany(static side => side.Nodes);

    /// <summary>The difference in a sentence, for people.</summary>
    /// <returns>The sentence; its form may change.</returns>
    public override string ToString()
    {
        string range = AgreedIndex == 0
            ? FormattableString.Invariant($"at index {DifferingIndex} (no earlier index is known at which they were the same)")
            : FormattableString.Invariant($"after index {AgreedIndex}, up to index {DifferingIndex}");
        string[] sides = [.. Sides.Select(static side => $"{string.Join(", ", side.Nodes)} (digest {side.Digest:x16})")];
        return HasMajority && sides.Length > 0
            ? $"{range}, the state of {string.Join(" and that of ", sides.Skip(1))} differs from that of a majority: {sides[0]}"
            : $"{range}, no majority of the voters has the same state: {string.Join(" differs from ", sides)}";
    }
}

/// <summary>Members with the same state.</summary>
/// <param name="Digest">The digest of the state.</param>
/// <param name="Nodes">The members, in the order of their ids.</param>
public sealed record StateDivergenceSide(ulong Digest, IReadOnlyList<NodeId> Nodes);
