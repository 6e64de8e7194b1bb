namespace Raft;

/// <summary>
/// A network between nodes of one process, for tests, demonstrations and single-process use. Its links can be cut,
/// slowed down, made lossy and healed at run time.
/// </summary>
/// <remarks>
/// <para>All members may be called from any thread, at any time. A healthy network costs a message no allocation.</para>
/// <para>Faults meet messages as they are sent; a delayed message meets cuts once more when it is due. What waits for a
/// node already has arrived, and no fault touches it.</para>
/// <para>Messages are handed over as they are, not copied. A link keeps their order as long as its delay is fixed.</para>
/// </remarks>
public abstract class InProcessNetwork
{
    /// <summary>How many messages may wait for one node unless said otherwise.</summary>
    public const int DefaultInboxCapacity = 4_096;

    /// <summary>The longest delay.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly LinkFaults _faults;
    private readonly DelayedMessages _delayed;
    private readonly long[] _dropped = new long[(int)DropReason.ReceiverFailed + 1];

    /// <summary>All nodes that ever joined, ordered by id; replaced and never changed, so that senders read it without a lock.</summary>
    private volatile InProcessEndpoint[] _endpoints = [];

    private protected InProcessNetwork(int inboxCapacity, long seed, IClock? clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inboxCapacity, 1);
        InboxCapacity = inboxCapacity;
        _faults = new LinkFaults((ulong)seed);
        _delayed = new DelayedMessages(this, clock ?? SystemClock.Shared, inboxCapacity);
    }

    /// <summary>How many messages may wait for one node, and how many more may be delayed on the way to it; those beyond are dropped.</summary>
    public int InboxCapacity { get; }

    /// <summary>The share of messages that is dropped at random, from 0 (the default) to 1. Set it with <see cref="SetDropRate"/>.</summary>
    public double DropRate => _faults.DropRate;

    /// <summary>The shortest delay of a message; zero by default. Set it with <see cref="SetDelay(TimeSpan)"/>.</summary>
    public TimeSpan MinimumDelay => _faults.Delay.Minimum;

    /// <summary>The longest delay of a message; zero by default. Set it with <see cref="SetDelay(TimeSpan)"/>.</summary>
    public TimeSpan MaximumDelay => _faults.Delay.Maximum;

    /// <summary>What has become of all messages so far. The counts are exact, but taken one after another while others may grow.</summary>
    public NetworkStatistics Statistics
    {
        get
        {
            // What ends a message is read before what begins one, so that no message seems to end before it was sent.
            NetworkStatistics ends = new()
            {
                DroppedByCut = Dropped(DropReason.Cut),
                DroppedAtRandom = Dropped(DropReason.Random),
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

            long sent = Nobody.Sent;
            foreach (InProcessEndpoint endpoint in _endpoints)
            {
                sent += endpoint.Sent;
            }

            return ends with { Delivered = delivered, Sent = sent };
        }
    }

    /// <summary>Stands for the sender of what a transport sends that was never started.</summary>
    internal InProcessEndpoint Nobody { get; } = new(default);

    /// <summary>Makes the transport of one node.</summary>
    /// <returns>The transport; it learns from the node whose it is.</returns>
    public abstract InProcessTransport CreateTransport();

    /// <summary>Cuts all links to and from a node, until <see cref="Rejoin"/> or <see cref="Heal"/>.</summary>
    /// <param name="node">The node; need not run.</param>
    public void Isolate(NodeId node) => _faults.Isolate(node);

    /// <summary>Takes back an <see cref="Isolate"/>. Links cut one by one stay cut.</summary>
    /// <param name="node">The node.</param>
    public void Rejoin(NodeId node) => _faults.Rejoin(node);

    /// <summary>Cuts a link in one direction.</summary>
    /// <param name="from">The node whose messages are lost.</param>
    /// <param name="to">The node that they no longer reach.</param>
    public void Cut(NodeId from, NodeId to) => _faults.Cut(from, to);

    /// <summary>Takes back a <see cref="Cut"/>. An isolated node stays isolated.</summary>
    /// <param name="from">The node whose messages were lost.</param>
    /// <param name="to">The node that they did not reach.</param>
    public void Restore(NodeId from, NodeId to) => _faults.Restore(from, to);

    /// <summary>Makes all links lose messages at random, the same ones for the same seed and order of messages.</summary>
    /// <param name="rate">The share that is lost: 0 for none, 1 for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 0 or above 1.</exception>
    public void SetDropRate(double rate)
    {
        if (rate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A drop rate lies between 0 and 1.");
        }

        _faults.DropRate = rate;
    }

    /// <summary>Delays every message that is sent from now on by the same time. Messages under way keep theirs.</summary>
    /// <param name="delay">The delay, from zero to <see cref="LongestDelay"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative or too long.</exception>
    public void SetDelay(TimeSpan delay) => SetDelay(delay, delay);

    /// <summary>Delays every message that is sent from now on by a random time, so that messages overtake each other. Messages under way keep theirs.</summary>
    /// <param name="minimum">The shortest delay, from zero on.</param>
    /// <param name="maximum">The longest delay, from the shortest to <see cref="LongestDelay"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A delay is negative or too long, or the shortest exceeds the longest.</exception>
    public void SetDelay(TimeSpan minimum, TimeSpan maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximum, LongestDelay);
        _faults.Delay = (minimum, maximum);
    }

    /// <summary>Takes back every fault: cuts, isolation, drop rate and delay. Messages that were delayed are delivered at once.</summary>
    public void Heal()
    {
        _faults.Clear();
        _delayed.Release();
    }

    /// <summary>Claims a node's place in the network, and opens the way to it.</summary>
    /// <exception cref="InvalidOperationException">Another transport speaks for a node of this id.</exception>
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

    /// <summary>Closes the way to a node, and gives up its place.</summary>
    internal Task LeaveAsync(InProcessEndpoint endpoint, InProcessDelivery delivery)
    {
        endpoint.Delivery = null;
        Task closed = delivery.CloseAsync();
        Release(endpoint);
        return closed;
    }

    /// <summary>Sends, delays or drops a message.</summary>
    internal void Send(InProcessEndpoint from, RaftMember to, RaftMessage message)
    {
        from.CountSent();
        InProcessEndpoint? destination = Find(to.Id);
        if (destination is null || from.Delivery is null)
        {
            CountDropped(DropReason.Stopped);
            return;
        }

        if (_faults.Any)
        {
            DropReason reason = _faults.Judge(from.Id, destination.Id, out TimeSpan delay);
            if (reason == DropReason.None && delay > TimeSpan.Zero)
            {
                if (_delayed.TryAdd(from, destination, message, delay))
                {
                    return;
                }

                reason = DropReason.Overflow;
            }

            if (reason != DropReason.None)
            {
                CountDropped(reason);
                return;
            }
        }

        Deliver(destination, message);
    }

    /// <summary>Delivers a message whose delay is over, unless its link was cut in the meantime.</summary>
    internal void DeliverDelayed(InProcessEndpoint from, InProcessEndpoint to, RaftMessage message)
    {
        if (_faults.Any && _faults.IsCut(from.Id, to.Id))
        {
            CountDropped(DropReason.Cut);
            return;
        }

        Deliver(to, message);
    }

    internal void CountDropped(DropReason reason, int count = 1) => Interlocked.Add(ref _dropped[(int)reason], count);

    private protected abstract InProcessInbox OpenInbox(InProcessEndpoint endpoint);

    /// <summary>The ids of all nodes that ever joined, in order.</summary>
    private protected IEnumerable<NodeId> NodeIds => _endpoints.Select(static endpoint => endpoint.Id);

    private void Deliver(InProcessEndpoint destination, RaftMessage message)
    {
        DropReason reason = destination.Delivery?.Deliver(message) ?? DropReason.Stopped;
        if (reason != DropReason.None)
        {
            CountDropped(reason);
        }
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
                throw new InvalidOperationException($"A node '{id}' already runs on this network. Give each node an id of its own, or stop the first one before the second starts.");
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
