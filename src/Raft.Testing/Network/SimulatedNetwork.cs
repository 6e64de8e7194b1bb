namespace Raft.Testing;

/// <summary>
/// The links between simulated nodes. A message takes a random virtual time, and links can be cut, slowed and made to lose,
/// repeat, reorder or hold messages while nodes run. The same seed gives the same behavior.
/// </summary>
/// <remarks>
/// Any thread may use it, one at a time. Cutting a link also loses the messages in transit on it, so a script's next line can
/// rely on it. The order of effects on a message: links, rules of the script, losses, delays, and links again on arrival.
/// </remarks>
public sealed class SimulatedNetwork
{
    private readonly SimulatedClock _clock;
    private readonly HomeThread _home;
    private readonly Trace? _trace;
    private readonly SeededRandom _random;
    private readonly IClockTimer _arrival;
    private readonly Dictionary<NodeId, (ITransport Owner, IMessageReceiver Receiver)> _attached = []; // never enumerated
    private readonly SortedSet<NodeId> _isolated = [];
    private readonly SortedSet<(NodeId From, NodeId To)> _cut = [];
    private readonly SortedDictionary<(NodeId From, NodeId To), Queue<RaftMessage>> _clogged = [];
    private readonly Dictionary<(NodeId From, NodeId To), TimeSpan> _lastArrival = []; // as well
    private readonly PriorityQueue<RaftMessage, (TimeSpan At, long Order)> _inFlight = new();
    private readonly List<MessageRule> _rules = [];
    private long _order;

    /// <summary>Creates a network without nodes.</summary>
    /// <param name="clock">The clock that message delays use.</param>
    /// <param name="seed">The seed of delays and losses.</param>
    public SimulatedNetwork(SimulatedClock clock, ulong seed)
        : this(clock, new HomeThread(), trace: null, new SeededRandom(seed))
    {
    }

    internal SimulatedNetwork(SimulatedClock clock, HomeThread home, Trace? trace, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _home = home;
        _trace = trace;
        _random = random;
        _arrival = clock.CreateTimer(DeliverDue);
    }

    /// <summary>Gets the random losses, repetitions and delays.</summary>
    public NetworkConditions Conditions { get; } = new();

    /// <summary>Gets the number of messages that were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Gets the number of messages that were delivered. Each copy of a repeated message counts.</summary>
    public long Delivered { get; private set; }

    /// <summary>Gets the number of messages that were lost for any reason.</summary>
    public long Dropped { get; private set; }

    /// <summary>Gets the number of messages in transit.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Raised for every message that a node sends, also if it will be lost.</summary>
    internal event Action<RaftMessage>? MessageSent;

    /// <summary>Raised for every message that reaches a node, before the node receives it.</summary>
    internal event Action<RaftMessage>? MessageDelivered;

    /// <summary>Called when links were cut, repaired, clogged or unclogged.</summary>
    internal Action? LinksChanged { get; set; }

    /// <summary>Called when all links were repaired at once.</summary>
    internal Action? Healed { get; set; }

    /// <summary>Whether transports other than <see cref="SimulatedTransport"/> may still deliver a message.</summary>
    internal Func<bool>? CarriesElsewhere { get; set; }

    /// <summary>Creates the transport of one node. The node gives its id when it starts.</summary>
    /// <returns>The transport.</returns>
    public SimulatedTransport CreateTransport() => new(this);

    /// <summary>Cuts a link in one direction.</summary>
    /// <param name="from">The sender whose messages are lost.</param>
    /// <param name="to">The node that no longer receives them.</param>
    public void CutOneWay(NodeId from, NodeId to)
    {
        _cut.Add((from, to));
        LinksChanged?.Invoke();
    }

    /// <summary>Cuts a link in both directions.</summary>
    /// <param name="one">One node.</param>
    /// <param name="other">The other.</param>
    public void Cut(NodeId one, NodeId other)
    {
        CutOneWay(one, other);
        CutOneWay(other, one);
    }

    /// <summary>Clogs a link in one direction: messages accumulate, in order, until it is unclogged.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver, which receives nothing until the link is unclogged and then everything.</param>
    public void Clog(NodeId from, NodeId to)
    {
        _clogged.TryAdd((from, to), new Queue<RaftMessage>());
        LinksChanged?.Invoke();
    }

    /// <summary>Returns whether a link is cut in one direction, or one of its ends is isolated.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <returns>True if what is sent is lost.</returns>
    public bool IsCut(NodeId from, NodeId to) =>
        (_isolated.Count > 0 && (_isolated.Contains(from) || _isolated.Contains(to))) || (_cut.Count > 0 && _cut.Contains((from, to)));

    /// <summary>Returns whether a link is clogged in one direction.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <returns>True if what is sent accumulates.</returns>
    public bool IsClogged(NodeId from, NodeId to) => _clogged.ContainsKey((from, to));

    /// <summary>Unclogs a link: the accumulated messages are sent at once.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void Unclog(NodeId from, NodeId to)
    {
        if (_clogged.Remove((from, to), out Queue<RaftMessage>? piled))
        {
            foreach (RaftMessage message in piled)
            {
                Dispatch(message);
            }

            LinksChanged?.Invoke();
        }
    }

    /// <summary>Cuts a node off from all others.</summary>
    /// <param name="node">The node.</param>
    public void Isolate(NodeId node)
    {
        _isolated.Add(node);
        LinksChanged?.Invoke();
    }

    /// <summary>Repairs the link between two nodes, in both directions.</summary>
    /// <param name="one">One node.</param>
    /// <param name="other">The other.</param>
    public void Restore(NodeId one, NodeId other)
    {
        _cut.Remove((one, other));
        _cut.Remove((other, one));
        LinksChanged?.Invoke();
    }

    /// <summary>Repairs a link in one direction.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The node that receives its messages again, unless one of the two is isolated.</param>
    public void RestoreOneWay(NodeId from, NodeId to)
    {
        _cut.Remove((from, to));
        LinksChanged?.Invoke();
    }

    /// <summary>Ends the isolation of a node. Links that were cut individually stay cut.</summary>
    /// <param name="node">The node.</param>
    public void Rejoin(NodeId node)
    {
        _isolated.Remove(node);
        LinksChanged?.Invoke();
    }

    /// <summary>Ends the isolation of a node, and repairs all its links.</summary>
    /// <param name="node">The node.</param>
    public void Restore(NodeId node)
    {
        _isolated.Remove(node);
        _cut.RemoveWhere(link => link.From == node || link.To == node);
        LinksChanged?.Invoke();
    }

    /// <summary>Repairs and unclogs all links. The weather and the script's rules stay.</summary>
    public void Heal()
    {
        _isolated.Clear();
        _cut.Clear();
        foreach ((NodeId from, NodeId to) in _clogged.Keys.ToArray())
        {
            Unclog(from, to);
        }

        LinksChanged?.Invoke();
        Healed?.Invoke();
    }

    /// <summary>Drops every message that matches, until the rule is disposed.</summary>
    /// <param name="matches">The condition, such as <c>m => m is AppendEntriesMessage</c>.</param>
    /// <returns>The rule. If several match, the first one counts.</returns>
    public MessageRule Drop(Func<RaftMessage, bool> matches) => Add(matches, holds: false);

    /// <summary>Holds back every message that matches, until the rule releases it or is disposed.</summary>
    /// <param name="matches">The condition.</param>
    /// <returns>The rule. If several match, the first one counts.</returns>
    public MessageRule Hold(Func<RaftMessage, bool> matches) => Add(matches, holds: true);

    internal void Attach(NodeId node, ITransport transport, IMessageReceiver receiver)
    {
        if (!_attached.TryAdd(node, (transport, receiver)))
        {
            throw new InvalidOperationException($"Node '{node}' is on the simulated network already: stop it first, or sever its old "
                + "transport.");
        }
    }

    internal void Detach(NodeId node, ITransport transport)
    {
        if (_attached.TryGetValue(node, out (ITransport Owner, IMessageReceiver Receiver) current) && current.Owner == transport)
        {
            _attached.Remove(node);
        }
    }

    internal void Remove(MessageRule rule) => _rules.Remove(rule);

    internal void Send(RaftMessage message)
    {
        if (!TryNoteSent(message))
        {
            return;
        }

        if (IsCut(message.From, message.To))
        {
            Lose("cut off", message);
            return;
        }

        Pass(message, Dispatch);
    }

    /// <summary>Notes a message that another transport is to send, and applies the rules of the script to it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="send">Sends it; called unless it is lost, now or when a rule releases it.</param>
    internal void Send(RaftMessage message, Action<RaftMessage> send)
    {
        if (TryNoteSent(message))
        {
            Pass(message, send);
        }
    }

    /// <summary>Notes a message that another transport is about to deliver.</summary>
    internal void OnReceiving(RaftMessage message)
    {
        Delivered++;
        _trace?.Add(_clock.Now, "receive", message);
        MessageDelivered?.Invoke(message);
    }

    private bool TryNoteSent(RaftMessage message)
    {
        if (!_home.Admits("A message was sent"))
        {
            return false;
        }

        Sent++;
        _trace?.Add(_clock.Now, "send", message);
        MessageSent?.Invoke(message);
        return true;
    }

    private void Pass(RaftMessage message, Action<RaftMessage> send)
    {
        foreach (MessageRule rule in _rules)
        {
            if (rule.Matches(message))
            {
                rule.Catch(message, send);
                if (rule.Holds)
                {
                    _trace?.Add(_clock.Now, "hold", message);
                }
                else
                {
                    Lose("drop by rule", message);
                }

                return;
            }
        }

        send(message);
    }

    /// <summary>
    /// Whether a message that matches is on its way, waits at a clogged link, or may be one that another transport carries.
    /// </summary>
    internal bool IsCarrying(Func<RaftMessage, bool> matches) =>
        _inFlight.UnorderedItems.Any(item => matches(item.Element)) || _clogged.Values.Any(piled => piled.Any(matches))
        || CarriesElsewhere?.Invoke() == true;

    /// <summary>Sends a message, or loses it.</summary>
    internal void Dispatch(RaftMessage message)
    {
        if (_clogged.Count > 0 && _clogged.TryGetValue((message.From, message.To), out Queue<RaftMessage>? piled))
        {
            if (piled.Count < Conditions.MaximumInFlight)
            {
                _trace?.Add(_clock.Now, "clogged", message);
                piled.Enqueue(message);
            }
            else
            {
                Lose("drop beyond limit", message);
            }

            return;
        }

        if (_random.Chance(Conditions.DropRate))
        {
            Lose("drop", message);
            return;
        }

        Launch(message);
        if (_random.Chance(Conditions.DuplicateRate))
        {
            _trace?.Add(_clock.Now, "duplicate", message);
            Launch(message);
        }
    }

    private MessageRule Add(Func<RaftMessage, bool> matches, bool holds)
    {
        ArgumentNullException.ThrowIfNull(matches);
        MessageRule rule = new(this, matches, holds);
        _rules.Add(rule);
        return rule;
    }

    private void Launch(RaftMessage message)
    {
        if (_inFlight.Count >= Conditions.MaximumInFlight)
        {
            Lose("drop beyond limit", message);
            return;
        }

        TimeSpan arrival = _clock.Now + _random.NextBetween(Conditions.MinimumDelay, Conditions.MaximumDelay);
        if (_random.Chance(Conditions.ReorderRate))
        {
            arrival += _random.NextBetween(TimeSpan.Zero, Conditions.ReorderDelay);
        }
        else
        {
            (NodeId, NodeId) link = (message.From, message.To);
            if (_lastArrival.TryGetValue(link, out TimeSpan last) && last > arrival)
            {
                arrival = last;
            }

            _lastArrival[link] = arrival;
        }

        _inFlight.Enqueue(message, (arrival, ++_order));
        SetArrival();
    }

    private void SetArrival()
    {
        if (_inFlight.TryPeek(out _, out (TimeSpan At, long Order) next))
        {
            _arrival.Set(next.At);
        }
    }

    private void DeliverDue()
    {
        while (_inFlight.TryPeek(out RaftMessage? message, out (TimeSpan At, long Order) due) && due.At <= _clock.Now)
        {
            _inFlight.Dequeue();
            Deliver(message);
        }

        SetArrival();
    }

    private void Deliver(RaftMessage message)
    {
        if (IsCut(message.From, message.To))
        {
            Lose("cut off on the way", message);
        }
        else if (!_attached.TryGetValue(message.To, out (ITransport Owner, IMessageReceiver Receiver) end))
        {
            Lose("nobody there", message);
        }
        else
        {
            OnReceiving(message);
            end.Receiver.Receive(message);
        }
    }

    private void Lose(string why, RaftMessage message)
    {
        Dropped++;
        _trace?.Add(_clock.Now, why, message);
    }
}
