namespace Raft.Consensus;

/// <summary>
/// The nodes whose messages show that their setup differs from this node's, and when each was last asked or told. Bounded: beyond its
/// size, further nodes are not remembered.
/// </summary>
internal sealed class SetupContacts
{
    private const int MostNodes = 64;
    private const int MostUnanswered = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly List<Contact> _nodes = [];

    /// <summary>A message of the node shows that its setup differs.</summary>
    /// <returns>Whether it is time to ask or tell it: at once, and then once a minute.</returns>
    public bool Note(NodeId node, TimeSpan now)
    {
        Contact? known = _nodes.Find(each => each.Node == node);
        if (known is null)
        {
            if (_nodes.Count == MostNodes)
            {
                return false;
            }

            _nodes.Add(new Contact(node) { At = now });
            return true;
        }

        known.Unanswered = 0;
        bool isDue = now - known.At >= Interval;
        known.At = isDue ? now : known.At;
        return isDue;
    }

    /// <summary>
    /// Finds a node that it is time to ask again, and counts it as asked. One that has sent nothing since it was asked several times is
    /// forgotten: it is gone, or its next message shows what its setup is then.
    /// </summary>
    /// <returns>The node; null if there is none.</returns>
    public NodeId? TakeDue(TimeSpan now)
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            Contact contact = _nodes[i];
            if (now - contact.At < Interval)
            {
                continue;
            }

            if (contact.Unanswered == MostUnanswered)
            {
                _nodes.RemoveAt(i);
                continue;
            }

            (contact.At, contact.Unanswered) = (now, contact.Unanswered + 1);
            return contact.Node;
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

    private sealed class Contact(NodeId node)
    {
        public NodeId Node { get; } = node;

        /// <summary>When it was last asked or told.</summary>
        public TimeSpan At { get; set; }

        /// <summary>How often it was asked since its last message.</summary>
        public int Unanswered { get; set; }
    }
}
