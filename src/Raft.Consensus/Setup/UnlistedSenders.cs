namespace Raft.Consensus;

/// <summary>
/// Nodes of this cluster that send to this node and are not in its configuration. While members change that is normal for a moment, so only
/// one that continues for a minute is reported, and then once a minute. Bounded: beyond its size, the one that was silent longest is
/// forgotten.
/// </summary>
internal sealed class UnlistedSenders
{
    private const int MostNodes = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly List<Sender> _senders = [];

    /// <summary>A message of the node has arrived.</summary>
    /// <returns>Whether the node must be reported now.</returns>
    public bool Note(NodeId node, TimeSpan now)
    {
        Sender? sender = _senders.Find(each => each.Node == node);
        if (sender is null)
        {
            if (_senders.Count == MostNodes)
            {
                _senders.Remove(_senders.MinBy(static each => each.LastAt)!);
            }

            _senders.Add(sender = new Sender(node, now));
        }

        if (now - sender.LastAt >= Interval)
        {
            sender.DueAt = now + Interval; // it has been silent, and begins again
        }

        sender.LastAt = now;
        if (now < sender.DueAt)
        {
            return false;
        }

        sender.DueAt = now + Interval;
        return true;
    }

    private sealed class Sender(NodeId node, TimeSpan now)
    {
        public NodeId Node { get; } = node;

        public TimeSpan LastAt { get; set; } = now;

        public TimeSpan DueAt { get; set; } = now + Interval;
    }
}
