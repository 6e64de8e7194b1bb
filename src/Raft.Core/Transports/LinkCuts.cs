namespace Raft;

/// <summary>The links of an <see cref="InProcessNetwork"/> that are cut, and its isolated nodes.</summary>
/// <remarks>Safe to use from any thread. A message on a healthy network only reads <see cref="Any"/>.</remarks>
internal sealed class LinkCuts
{
    private readonly Lock _lock = new();
    private readonly HashSet<(NodeId From, NodeId To)> _cuts = [];
    private readonly HashSet<NodeId> _isolated = [];
    private volatile bool _any;

    /// <summary>Whether any link is cut or any node isolated.</summary>
    public bool Any => _any;

    public void Cut(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            _cuts.Add((from, to));
            _any = true;
        }
    }

    public void Restore(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            _cuts.Remove((from, to));
            UpdateAny();
        }
    }

    public void Isolate(NodeId node)
    {
        lock (_lock)
        {
            _isolated.Add(node);
            _any = true;
        }
    }

    public void Rejoin(NodeId node)
    {
        lock (_lock)
        {
            _isolated.Remove(node);
            UpdateAny();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _cuts.Clear();
            _isolated.Clear();
            _any = false;
        }
    }

    /// <summary>Whether no message passes from one node to the other.</summary>
    public bool IsCut(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            return _isolated.Contains(from) || _isolated.Contains(to) || _cuts.Contains((from, to));
        }
    }

    private void UpdateAny() => _any = _cuts.Count > 0 || _isolated.Count > 0;
}
