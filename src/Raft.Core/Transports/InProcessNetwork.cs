namespace Raft;

/// <summary>
/// A network between nodes of one process, for tests, demonstrations and single-process use. Its links can be cut and
/// restored at run time.
/// </summary>
/// <remarks>
/// <para>All members may be called from any thread, at any time. Sending a message allocates nothing.</para>
/// <para>A cut drops messages as they are sent. Messages that already wait for a node have arrived, and no cut drops them.</para>
/// <para>Messages are passed by reference, not copied, and each link keeps their order. <c>FaultyNetwork</c>, in the package
/// Raft.Testing, adds delay, loss, duplication and reordering.</para>
/// </remarks>
public abstract class InProcessNetwork
{
    /// <summary>The default of <see cref="InboxCapacity"/>: 4,096 messages.</summary>
    public const int DefaultInboxCapacity = 4_096;

    private readonly Lock _lock = new();
    private readonly LinkCuts _cuts = new();
    private readonly long[] _dropped = new long[(int)DropReason.ReceiverFailed + 1];

    /// <summary>All nodes that ever joined, ordered by id. The array is replaced, never changed: senders read it without a lock.</summary>
    private volatile InProcessEndpoint[] _endpoints = [];

    private protected InProcessNetwork(int inboxCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inboxCapacity, 1);
        InboxCapacity = inboxCapacity;
    }

    /// <summary>How many messages may wait for one node before more are dropped.</summary>
    public int InboxCapacity { get; }

    /// <summary>
    /// The counts of all messages so far. Each count is exact, but they are read one after another while messages are sent.
    /// </summary>
    public NetworkStatistics Statistics
    {
        get
        {
            // Drops and deliveries are read before sends, so that no message seems to arrive before it was sent.
            NetworkStatistics dropped = new()
            {
                DroppedByCut = Dropped(DropReason.Cut),
                DroppedByStop = Dropped(DropReason.Stopped),
                DroppedByOverflow = Dropped(DropReason.Overflow),
                DroppedByReceiver = Dropped(DropReason.ReceiverFailed),
            };
            InProcessEndpoint[] endpoints = _endpoints;
            long delivered = 0;
            foreach (InProcessEndpoint endpoint in endpoints)
            {
                delivered += endpoint.Delivered;
            }

            long sent = UnknownSender.Sent;
            foreach (InProcessEndpoint endpoint in _endpoints)
            {
                sent += endpoint.Sent;
            }

            return dropped with { Delivered = delivered, Sent = sent };
        }
    }

    /// <summary>The sender of messages that a transport sends before it was ever started.</summary>
    internal InProcessEndpoint UnknownSender { get; } = new(default);

    /// <summary>Creates the transport of one node.</summary>
    /// <returns>The transport; it learns the node's id when the node starts it.</returns>
    public abstract InProcessTransport CreateTransport();

    /// <summary>Cuts all links to and from a node, until <see cref="Rejoin"/> or <see cref="Heal"/>.</summary>
    /// <param name="node">The node; it need not run.</param>
    public void Isolate(NodeId node) => _cuts.Isolate(node);

    /// <summary>Ends an <see cref="Isolate"/>. Links that were cut one by one stay cut.</summary>
    /// <param name="node">The node.</param>
    public void Rejoin(NodeId node) => _cuts.Rejoin(node);

    /// <summary>Cuts the link between two nodes in both directions.</summary>
    /// <param name="one">One node.</param>
    /// <param name="other">The other.</param>
    public void Cut(NodeId one, NodeId other)
    {
        CutOneWay(one, other);
        CutOneWay(other, one);
    }

    /// <summary>Cuts a link in one direction.</summary>
    /// <param name="from">The node whose messages are dropped.</param>
    /// <param name="to">The node that they no longer reach.</param>
    public void CutOneWay(NodeId from, NodeId to) => _cuts.Cut(from, to);

    /// <summary>Restores the link between two nodes in both directions. An isolated node stays isolated.</summary>
    /// <param name="one">One node.</param>
    /// <param name="other">The other.</param>
    public void Restore(NodeId one, NodeId other)
    {
        RestoreOneWay(one, other);
        RestoreOneWay(other, one);
    }

    /// <summary>Restores a link in one direction. An isolated node stays isolated.</summary>
    /// <param name="from">The node whose messages were dropped.</param>
    /// <param name="to">The node that they reach again.</param>
    public void RestoreOneWay(NodeId from, NodeId to) => _cuts.Restore(from, to);

    /// <summary>Restores all links and ends all isolation.</summary>
    public void Heal() => _cuts.Clear();

    /// <summary>Adds a node to the network, so that messages reach it.</summary>
    /// <exception cref="InvalidOperationException">A node with this id already runs on the network.</exception>
    internal InProcessEndpoint Join(IMessageReceiver receiver)
    {
        InProcessEndpoint endpoint = Claim(receiver.NodeId);
        try
        {
            if (receiver is IInboxReceiver fetching)
            {
                InProcessInbox inbox = OpenInbox(endpoint);
                fetching.Attach(inbox);
                endpoint.Delivery = new InboxDelivery(this, inbox, fetching);
            }
            else
            {
                endpoint.Delivery = new DirectDelivery(receiver, endpoint);
            }
        }
        catch
        {
            Release(endpoint);
            throw;
        }

        return endpoint;
    }

    /// <summary>Removes a node from the network; messages to it are dropped.</summary>
    internal Task LeaveAsync(InProcessEndpoint endpoint, InProcessDelivery delivery)
    {
        endpoint.Delivery = null;
        Task closed = delivery.CloseAsync();
        Release(endpoint);
        return closed;
    }

    /// <summary>Sends a message, or drops and counts it.</summary>
    internal void Send(InProcessEndpoint from, RaftMember to, RaftMessage message)
    {
        from.CountSent();
        DropReason reason = Deliver(from, to, message);
        if (reason != DropReason.None)
        {
            CountDropped(reason);
        }
    }

    internal void CountDropped(DropReason reason, int count = 1) => Interlocked.Add(ref _dropped[(int)reason], count);

    private protected abstract InProcessInbox OpenInbox(InProcessEndpoint endpoint);

    /// <summary>The ids of all nodes that ever joined, in order.</summary>
    private protected IEnumerable<NodeId> NodeIds => _endpoints.Select(static endpoint => endpoint.Id);

    private DropReason Deliver(InProcessEndpoint from, RaftMember to, RaftMessage message)
    {
        InProcessEndpoint? destination = Find(to.Id);
        if (destination is null || from.Delivery is null)
        {
            return DropReason.Stopped;
        }

        if (_cuts.Any && _cuts.IsCut(from.Id, destination.Id))
        {
            return DropReason.Cut;
        }

        return destination.Delivery?.Deliver(message) ?? DropReason.Stopped;
    }

    private InProcessEndpoint Claim(NodeId id)
    {
        lock (_lock)
        {
            InProcessEndpoint[] endpoints = _endpoints;
            InProcessEndpoint? endpoint = Find(id.Value);
            if (endpoint is null)
            {
                endpoint = new InProcessEndpoint(id);
                _endpoints = [.. endpoints.Append(endpoint).OrderBy(static each => each.Id)];
            }
            else if (endpoint.IsClaimed)
            {
                throw new InvalidOperationException(
                    $"A node '{id}' already runs on this network. "
                    + "Give each node its own id, or stop the first one before the second starts.");
            }

            endpoint.IsClaimed = true;
            return endpoint;
        }
    }

    private void Release(InProcessEndpoint endpoint)
    {
        lock (_lock)
        {
            endpoint.IsClaimed = false;
        }
    }

    private InProcessEndpoint? Find(string? id)
    {
        InProcessEndpoint[] endpoints = _endpoints;
        int low = 0;
        int high = endpoints.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(endpoints[middle].Id.Value, id);
            if (order == 0)
            {
                return endpoints[middle];
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return null;
    }

    private long Dropped(DropReason reason) => Interlocked.Read(ref _dropped[(int)reason]);
}
