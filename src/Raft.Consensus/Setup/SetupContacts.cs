namespace Raft.Consensus;

/// <summary>
/// The nodes whose messages show that their setup differs from this node's, and when each was last asked or notified. Bounded: beyond its
/// size, further nodes are not remembered.
/// </summary>
internal sealed class SetupContacts
{
    private const int MostNodes = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly List<(NodeId Node, TimeSpan At)> _nodes = [];

    /// <summary>A message of the node shows that its setup differs.</summary>
    /// <returns>Whether it is time to ask or notify it: at once, and then once a minute.</returns>
    public bool Note(NodeId node, TimeSpan now)
    {
        int position = _nodes.FindIndex(each => each.Node == node);
        if (position < 0)
        {
            if (_nodes.Count == MostNodes)
            {
                return false;
            }

            _nodes.Add((node, now));
            return true;
        }

        if (now - _nodes[position].At < Interval)
        {
            return false;
        }

        _nodes[position] = (node, now);
        return true;
    }

    /// <summary>Finds a node that it is time to ask again, and counts it as asked.</summary>
    /// <returns>The node; null if there is none.</returns>
    public NodeId? TakeDue(TimeSpan now)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (now - _nodes[i].At >= Interval)
            {
                _nodes[i] = (_nodes[i].Node, now);
                return _nodes[i].Node;
            }
        }

        return null;
    }

    /// <summary>Takes out a node that is not a member.</summary>
    /// <returns>The node; null if there is none.</returns>
    public NodeId? TakeOther(ClusterConfiguration configuration)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            NodeId node = _nodes[i].Node;
            if (configuration.Find(node) is null)
            {
                _nodes.RemoveAt(i);
                return node;
            }
        }

        return null;
    }

    /// <summary>The setup of the node does not differ any more.</summary>
    /// <returns>Whether it did.</returns>
    public bool Remove(NodeId node)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (_nodes[i].Node == node)
            {
                _nodes.RemoveAt(i);
                return true;
            }
        }

        return false;
    }
}
