using System.Collections;

namespace Raft.Consensus;

/// <summary>Some nodes, in the order of their ids. Two sets are equal if they have the same nodes.</summary>
/// <param name="nodes">The nodes, ordered; must not change afterwards.</param>
internal sealed class NodeSet(NodeId[] nodes) : IReadOnlyList<NodeId>
{
    private readonly NodeId[] _nodes = nodes;

    public static NodeSet Empty { get; } = new([]);

    public int Count => _nodes.Length;

    public NodeId this[int index] => _nodes[index];

    public ReadOnlySpan<NodeId> Nodes => _nodes;

    public bool Contains(NodeId node) => Array.IndexOf(_nodes, node) >= 0;

    public IEnumerator<NodeId> GetEnumerator() => ((IEnumerable<NodeId>)_nodes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is NodeSet other && _nodes.AsSpan().SequenceEqual(other._nodes);

    public override int GetHashCode() => _nodes.Length;

    public override string ToString() => string.Join(", ", _nodes);
}
