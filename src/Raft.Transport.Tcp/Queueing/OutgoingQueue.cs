namespace Raft.Transport.Tcp;

/// <summary>The bounds of a queue.</summary>
/// <param name="Messages">How many messages may wait.</param>
/// <param name="Bytes">How many bytes of messages may wait. A larger message waits alone.</param>
/// <param name="Delay">How long a message with entries may wait.</param>
internal readonly record struct QueueLimits(int Messages, long Bytes, TimeSpan Delay);

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
/// A message with entries that has waited too long is dropped, with all messages with entries for the same node after it: they would leave
/// a gap. So an empty AppendEntries, a heartbeat, never waits longer than that for entries. All members may be called on any thread.
/// </remarks>
internal sealed class OutgoingQueue(QueueLimits limits, IClock clock, ITrafficCounters counters)
{
    private const int MaximumControlFrames = 2 * ConnectionProtocol.MaximumNodes;

    private readonly Lock _lock = new();
    private readonly Queue<QueuedItem> _control = new();
    private readonly Queue<QueuedItem> _urgent = new();
    private Queue<QueuedItem> _ordered = new();
    private Queue<QueuedItem> _spare = new();
    private Action? _wake; // of the connection that sends; null while there is none
    private long _bytes;
    private int _messages;
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
        Action? wake;
        lock (_lock)
        {
            if (_isClosed || !from.IsOpen)
            {
                return QueueOutcome.Closed;
            }

            if (_messages >= limits.Messages || (_messages > 0 && _bytes + size > limits.Bytes))
            {
                return QueueOutcome.Full;
            }

            (MayOvertake(message) ? _urgent : _ordered).Enqueue(new QueuedItem(from, message, size, clock.Now));
            _messages++;
            _bytes += size;
            wake = WakeIfIdle();
        }

        wake?.Invoke();
        return QueueOutcome.Added;
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
            if (_isClosed || _wake is null || _control.Count >= MaximumControlFrames)
            {
                return;
            }

            _control.Enqueue(new QueuedItem(kind, payload));
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
            if (_isClosed || _wake is null)
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
        lock (_lock)
        {
            _control.Clear();
            foreach (QueuedItem announcement in announcements)
            {
                _control.Enqueue(announcement);
            }

            _wake = wake;
            _isSending = false;
            _isClosed = false;
            now = WakeIfIdle();
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
                Rebuild(static item => item.Message is not null);
            }
        }
    }

    /// <summary>Takes what is to be sent next, together. The connection must call it again until it returns false.</summary>
    /// <param name="wake">What the connection attached.</param>
    /// <param name="batch">Receives the items.</param>
    /// <param name="maximumBytes">Ends the batch after the message that exceeds it.</param>
    /// <returns>False if there is nothing; the connection is woken for the next item.</returns>
    public bool TryTake(Action wake, List<QueuedItem> batch, long maximumBytes)
    {
        lock (_lock)
        {
            if (_wake != wake)
            {
                return false;
            }

            long taken = 0;
            TimeSpan now = clock.Now;
            while (taken < maximumBytes && TryDequeue(now, out QueuedItem item))
            {
                batch.Add(item);
                taken += item.Size;
            }

            _isSending = batch.Count > 0;
            return _isSending;
        }
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
            return dropped;
        }
    }

    private bool TryDequeue(TimeSpan now, out QueuedItem item)
    {
        if (_control.TryDequeue(out item))
        {
            return true;
        }

        if (_urgent.TryDequeue(out item))
        {
            Count(in item);
            return true;
        }

        while (_ordered.TryDequeue(out item))
        {
            Count(in item);
            if (!item.HasEntries || now - item.EnqueuedAt <= limits.Delay)
            {
                return true;
            }

            counters.Dropped(DropReason.Late, 1);
            DropEntriesAfter(item.Message!);
        }

        return false;

        void Count(in QueuedItem taken)
        {
            _bytes -= taken.Size;
            _messages -= taken.Message is null ? 0 : 1;
        }
    }

    /// <summary>Drops the messages with entries between the same two nodes.</summary>
    private void DropEntriesAfter(RaftMessage lost)
    {
        int dropped = Rebuild(item =>
            !item.HasEntries || item.Message!.To != lost.To || item.Message.From != lost.From || item.Message.ClusterId != lost.ClusterId);
        counters.Dropped(DropReason.Late, dropped);
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
            _bytes -= item.Size;
            _messages -= item.Message is null ? 0 : 1;
        }

        return dropped;
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
