namespace Raft.Transport.Tcp;

/// <summary>The bounds of a queue.</summary>
/// <param name="Messages">How many messages may wait.</param>
/// <param name="Bytes">How many bytes of messages may wait. A larger message waits alone.</param>
/// <param name="Delay">How long a message with entries, and what waits for it, may take to be written.</param>
internal readonly record struct QueueLimits(int Messages, long Bytes, TimeSpan Delay)
{
    /// <summary>How long a write may take: what is added during a write waits for its end.</summary>
    public TimeSpan Write => Delay / 4;

    /// <summary>How long a message with entries may wait for the write that includes it.</summary>
    public TimeSpan Wait => Delay - Write;
}

/// <summary>What became of a message that was offered to a queue.</summary>
internal enum QueueOutcome
{
    Added,
    Full,
    Closed,
}

/// <summary>
/// The messages that wait for one lane of a peer, bounded in number and bytes. All messages stay in order, except that votes, pre-votes
/// and TimeoutNow overtake the rest, and control frames overtake both.
/// </summary>
/// <remarks>
/// <para>
/// A message with entries that has waited too long is dropped, with all messages with entries for the same node after it: they would leave
/// a gap. So an empty AppendEntries, a heartbeat, never waits longer than that for entries.
/// </para>
/// <para>
/// An eighth of the room is kept for messages without entries: a leader that sends more than the connection takes stays the leader.
/// </para>
/// <para>All members may be called on any thread. Counters are called on no lock.</para>
/// </remarks>
internal sealed class OutgoingQueue(QueueLimits limits, IClock clock, ITrafficCounters counters)
{
    private const int MaximumControlFrames = 2 * ConnectionProtocol.MaximumNodes;
    private const int KeptShare = 8; // an eighth of the messages and bytes is not for entries

    /// <summary>The bytes of control frames that answer others: each of those may hold a cluster id of 64 KiB.</summary>
    private const int MaximumControlBytes = 1_024 * 1_024;

    private readonly Lock _lock = new();
    private readonly Queue<QueuedItem> _control = new();
    private readonly Queue<QueuedItem> _urgent = new();
    private Queue<QueuedItem> _ordered = new();
    private Queue<QueuedItem> _spare = new();
    private Action? _wake; // of the connection that sends; null while there is none
    private long _bytes;
    private long _bytesOfEntries; // of those, in messages with entries
    private int _controlBytes; // of those that AddControl has added
    private int _messages;
    private TimeSpan _lateAfter = TimeSpan.MaxValue; // no message with entries is late until then
    private bool _isSending;
    private bool _isClosed;

    /// <summary>How many messages wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _messages;
            }
        }
    }

    /// <summary>How many bytes of messages wait.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Whether a message may overtake those that carry the log.</summary>
    public static bool MayOvertake(RaftMessage message) =>
        message is RequestVoteMessage or RequestVoteReplyMessage or TimeoutNowMessage or TimeoutNowReplyMessage;

    /// <summary>Adds a message, or says why not. Never blocks for long.</summary>
    public QueueOutcome TryAdd(LocalNode from, RaftMessage message, int size)
    {
        Action? wake = null;
        int late = 0;
        bool isFull;
        lock (_lock)
        {
            if (_isClosed || !from.IsOpen)
            {
                return QueueOutcome.Closed;
            }

            QueuedItem item = new(from, message, size, clock.Now);
            if (IsFull(in item))
            {
                late = DropLate(item.EnqueuedAt); // nothing was sent for so long that it was not noticed
            }

            isFull = IsFull(in item);
            if (!isFull)
            {
                Enqueue(in item);
                wake = WakeIfIdle();
            }
        }

        CountLate(late);
        wake?.Invoke();
        return isFull ? QueueOutcome.Full : QueueOutcome.Added;
    }

    /// <summary>
    /// Adds a control frame that overtakes all messages. It is dropped if very many wait, which only a peer that asks for them and does
    /// not read them can cause.
    /// </summary>
    public void AddControl(FrameKind kind, byte[] payload)
    {
        Action? wake;
        lock (_lock)
        {
            if (_isClosed || _wake is null
                || _control.Count >= MaximumControlFrames || _controlBytes + payload.Length > MaximumControlBytes)
            {
                return;
            }

            _control.Enqueue(new QueuedItem(kind, payload));
            _controlBytes += payload.Length;
            wake = WakeIfIdle();
        }

        wake?.Invoke();
    }

    /// <summary>Announces a node. If its withdrawal waits, the node was never gone.</summary>
    public void Announce(LocalNode node, byte[] payload)
    {
        Action? wake;
        lock (_lock)
        {
            if (_isClosed || _wake is null || !node.IsOpen) // a node that has stopped is about to be withdrawn
            {
                return;
            }

            Rebuild(item => item.Kind != FrameKind.Withdraw || item.From?.Key != node.Key);
            _control.Enqueue(new QueuedItem(FrameKind.Announce, payload, node));
            wake = WakeIfIdle();
        }

        wake?.Invoke();
    }

    /// <summary>Withdraws a node, after its messages that wait.</summary>
    public void Withdraw(LocalNode node, byte[] payload)
    {
        Action? wake;
        lock (_lock)
        {
            if (_isClosed || _wake is null)
            {
                return;
            }

            _ordered.Enqueue(new QueuedItem(FrameKind.Withdraw, payload, node));
            wake = WakeIfIdle();
        }

        wake?.Invoke();
    }

    /// <summary>Ends the queue with a last frame, after everything that waits. Nothing is added any more.</summary>
    public void Finish(byte[] goodbye)
    {
        Action? wake;
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _ordered.Enqueue(new QueuedItem(FrameKind.Goodbye, goodbye));
            _isClosed = true;
            wake = WakeIfIdle();
        }

        wake?.Invoke();
    }

    /// <summary>A connection begins to send what waits, after the announcements of the nodes of this process.</summary>
    /// <param name="wake">Makes the connection take items; called once, until it has found the queue empty.</param>
    /// <param name="announcements">The nodes.</param>
    public void Attach(Action wake, IEnumerable<QueuedItem> announcements)
    {
        Action? now;
        int dropped;
        lock (_lock)
        {
            _control.Clear();
            HashSet<LocalNode> nodes = [];
            _controlBytes = 0;
            foreach (QueuedItem announcement in announcements)
            {
                _control.Enqueue(announcement);
                nodes.Add(announcement.From!);
            }

            dropped = DropUnlessFrom(nodes);
            _wake = wake;
            _isSending = false;
            _isClosed = false;
            now = WakeIfIdle();
        }

        if (dropped > 0)
        {
            counters.Dropped(DropReason.Stopped, dropped);
        }

        now?.Invoke();
    }

    /// <summary>The connection sends no longer. The messages wait for the next one, if there is one.</summary>
    /// <param name="wake">What it attached; another connection may have taken its place.</param>
    public void Detach(Action wake)
    {
        lock (_lock)
        {
            if (_wake == wake)
            {
                _wake = null;
                _isSending = false;
                _isClosed = false;
                _control.Clear();
                _controlBytes = 0;
                Rebuild(static item => item.Message is not null);
            }
        }
    }

    /// <summary>Takes what is to be sent next, together. The connection must call it again until it returns false.</summary>
    /// <param name="wake">What the connection attached.</param>
    /// <param name="batch">Receives the items.</param>
    /// <param name="maximumBytes">How many bytes of messages. A message that is larger is taken alone.</param>
    /// <returns>False if there is nothing; the connection is woken for the next item.</returns>
    public bool TryTake(Action wake, List<QueuedItem> batch, long maximumBytes)
    {
        int late;
        bool isSending;
        lock (_lock)
        {
            if (_wake != wake)
            {
                return false;
            }

            late = DropLate(clock.Now);
            long taken = 0;
            while (TryDequeue(taken == 0 ? long.MaxValue : maximumBytes - taken, out QueuedItem item))
            {
                batch.Add(item);
                taken += item.Size;
            }

            isSending = _isSending = batch.Count > 0;
        }

        CountLate(late);
        return isSending;
    }

    /// <summary>Drops the messages to a node, except those that may overtake the rest.</summary>
    /// <returns>How many there were.</returns>
    public int DropTo(NodeKey node)
    {
        lock (_lock)
        {
            return _ordered.Count == 0
                ? 0
                : Rebuild(item => item.Message is not { } message || message.To != node.NodeId || message.ClusterId != node.ClusterId);
        }
    }

    /// <summary>Drops all messages.</summary>
    /// <returns>How many there were.</returns>
    public int Clear()
    {
        lock (_lock)
        {
            int dropped = _messages;
            _urgent.Clear();
            _ordered.Clear();
            _messages = 0;
            _bytes = 0;
            _bytesOfEntries = 0;
            _lateAfter = TimeSpan.MaxValue;
            return dropped;
        }
    }

    /// <summary>Whether there is no room for a message. A message that is larger than all the room waits alone.</summary>
    private bool IsFull(in QueuedItem item)
    {
        if (item.HasEntries)
        {
            return _messages >= limits.Messages - (limits.Messages / KeptShare)
                || (_messages > 0 && _bytes + item.Size > limits.Bytes - (limits.Bytes / KeptShare));
        }

        return _messages >= limits.Messages
            || (_messages > 0 && _bytes + item.Size > limits.Bytes
                && _bytes - _bytesOfEntries + item.Size > limits.Bytes / KeptShare); // entries that wait alone may fill all the room
    }

    private void Enqueue(in QueuedItem item)
    {
        (MayOvertake(item.Message!) ? _urgent : _ordered).Enqueue(item);
        _messages++;
        _bytes += item.Size;
        if (item.HasEntries)
        {
            _bytesOfEntries += item.Size;
            _lateAfter = _lateAfter < item.EnqueuedAt + limits.Wait ? _lateAfter : item.EnqueuedAt + limits.Wait;
        }
    }

    private bool TryDequeue(long room, out QueuedItem item)
    {
        if (_control.TryDequeue(out item))
        {
            _controlBytes -= item.From is null ? item.Payload!.Length : 0; // announcements have a node
            return true;
        }

        Queue<QueuedItem> queue = _urgent.Count > 0 ? _urgent : _ordered;
        if (!queue.TryPeek(out item) || item.Size > room)
        {
            return false;
        }

        queue.Dequeue();
        Subtract(in item);
        return true;
    }

    private int DropLate(TimeSpan now) => now > _lateAfter ? DropLateEntries(now) : 0;

    /// <summary>
    /// Drops the messages with entries that have waited too long, and after each of them those with entries between the same two nodes. One
    /// pass for all of them.
    /// </summary>
    /// <returns>How many there were.</returns>
    private int DropLateEntries(TimeSpan now)
    {
        HashSet<(NodeId From, NodeId To, string Cluster)> lost = [];
        TimeSpan oldest = TimeSpan.MaxValue;
        int dropped = Rebuild(item =>
        {
            if (!item.HasEntries)
            {
                return true;
            }

            (NodeId, NodeId, string) way = (item.Message!.From, item.Message.To, item.Message.ClusterId);
            if (lost.Contains(way) || now - item.EnqueuedAt > limits.Wait)
            {
                lost.Add(way);
                return false;
            }

            oldest = oldest < item.EnqueuedAt ? oldest : item.EnqueuedAt;
            return true;
        });
        _lateAfter = oldest == TimeSpan.MaxValue ? oldest : oldest + limits.Wait;
        return dropped;
    }

    /// <summary>On no lock: listeners to metrics are users' code.</summary>
    private void CountLate(int messages)
    {
        if (messages > 0)
        {
            counters.Dropped(DropReason.Late, messages);
        }
    }

    /// <summary>Drops what waits from nodes that are not announced: the other side would end the connection.</summary>
    private int DropUnlessFrom(HashSet<LocalNode> nodes)
    {
        int before = _messages;
        for (int i = _urgent.Count; i > 0; i--)
        {
            QueuedItem item = _urgent.Dequeue();
            if (nodes.Contains(item.From!))
            {
                _urgent.Enqueue(item);
                continue;
            }

            Subtract(in item);
        }

        Rebuild(item => item.From is null || nodes.Contains(item.From));
        return before - _messages;
    }

    private int Rebuild(Func<QueuedItem, bool> isKept)
    {
        int dropped = 0;
        (_ordered, _spare) = (_spare, _ordered);
        while (_spare.TryDequeue(out QueuedItem item))
        {
            if (isKept(item))
            {
                _ordered.Enqueue(item);
                continue;
            }

            dropped++;
            Subtract(in item);
        }

        return dropped;
    }

    private void Subtract(in QueuedItem item)
    {
        _bytes -= item.Size;
        _bytesOfEntries -= item.HasEntries ? item.Size : 0;
        _messages -= item.Message is null ? 0 : 1;
    }

    private Action? WakeIfIdle()
    {
        if (_wake is null || _isSending || _control.Count + _urgent.Count + _ordered.Count == 0)
        {
            return null;
        }

        _isSending = true;
        return _wake;
    }
}
