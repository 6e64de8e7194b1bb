using Raft;

namespace ReplicatedLog;

/// <summary>
/// The faults of the network. It can cut and heal links by itself, and nodes notice nothing but silence; this class only
/// remembers what is cut, so that it can be shown.
/// </summary>
internal sealed class Links(InProcessNetwork network)
{
    private readonly HashSet<NodeId> _isolated = [];
    private readonly HashSet<(NodeId, NodeId)> _cut = [];

    /// <summary>Cuts every link of one node.</summary>
    public void Isolate(NodeId node)
    {
        network.Isolate(node);
        _isolated.Add(node);
    }

    /// <summary>Cuts one link, in both directions.</summary>
    public void Cut(NodeId one, NodeId other)
    {
        network.Cut(one, other);
        network.Cut(other, one);
        _cut.Add((one, other));
        _cut.Add((other, one));
    }

    /// <summary>Mends everything.</summary>
    public void Heal()
    {
        network.Heal();
        _isolated.Clear();
        _cut.Clear();
    }

    public bool AreConnected(NodeId one, NodeId other) =>
        !_isolated.Contains(one) && !_isolated.Contains(other) && !_cut.Contains((one, other));
}
