using System.Collections.Concurrent;

namespace Raft.Transport.Tcp;

/// <summary>
/// The network of a process: its nodes, listeners, peers and connections. All nodes share one connection to a peer for messages, and one
/// for parts of snapshots.
/// </summary>
/// <remarks>
/// All members may be called on any thread. The lock guards the lists and what they add up to; no other lock is taken before it, and
/// neither receivers nor streams are called under it.
/// </remarks>
internal sealed partial class TcpHub
{
    /// <summary>How long a new connection may take to announce its nodes, before a message for another one is dropped.</summary>
    public static readonly TimeSpan AnnouncementGrace = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TcpEnvironment _environment;
    private readonly Random _random;
    private readonly ConcurrentDictionary<NodeKey, LocalNode> _localNodes = new(); // for look-ups
    private readonly ConcurrentDictionary<NodeKey, RemoteNode> _remoteNodes = new(); // for look-ups
    private readonly List<LocalNode> _nodes = []; // the local ones, in the order of their start
    private readonly List<Peer> _peers = [];
    private readonly List<ListenerEntry> _listeners = [];
    private readonly List<Connection> _connections = [];
    private readonly List<PendingHandshake> _handshakes = []; // the oldest first
    private readonly IClockTimer _timer;
    private readonly long _startedAt;
    private TimeSpan _tickAt = TimeSpan.MaxValue;
    private TaskCompletionSource? _idle; // completes when the last connection has closed after a stop
    private TimeSpan _idleBy = TimeSpan.MaxValue;
    private long _dials;

    public TcpHub(
        TcpTransportOptions options,
        IConnectionSecurity security,
        TcpEnvironment environment,
        ITrafficCounters counters,
        PeerReports reports)
    {
        Options = options;
        Security = security;
        Counters = counters;
        Reports = reports;
        _environment = environment;
        _random = new Random(environment.Seed ?? BitConverter.ToInt32(environment.Process.ToByteArray()));
        _startedAt = environment.Clock.UtcNow.UtcTicks;
        Limits = new QueueLimits(
            options.MaximumQueuedMessages, options.MaximumQueuedBytes, options.MaximumQueueDelay ?? TimeSpan.FromMilliseconds(500));
        _timer = environment.Clock.CreateTimer(() => Schedule(Tick));
    }

    public TcpTransportOptions Options { get; }

    public IConnectionSecurity Security { get; }

    public ITrafficCounters Counters { get; }

    public PeerReports Reports { get; }

    public QueueLimits Limits { get; }

    public IClock Clock => _environment.Clock;

    public IScheduler Scheduler => _environment.Scheduler;

    private TimeSpan TickInterval => new(Math.Min(Options.KeepAliveInterval.Ticks / 2, Options.HandshakeTimeout.Ticks / 4));

    /// <summary>Whether messages wait to be sent.</summary>
    public bool HasWaitingMessages
    {
        get
        {
            lock (_lock)
            {
                return _connections.Exists(static connection => connection.Queue.Count > 0)
                    || _peers.Exists(static peer => peer.Main.Queue.Count + peer.Bulk.Queue.Count > 0);
            }
        }
    }

    /// <summary>A random number from 0 to 1.</summary>
    public double NextRandom()
    {
        lock (_random)
        {
            return _random.NextDouble();
        }
    }

    /// <summary>Runs an action soon, on no lock and not on the thread of a node.</summary>
    public void Schedule(Action action) => Scheduler.Schedule(new ActionItem(action), preferLocal: false);

    /// <summary>Returns the node of another process, known or not.</summary>
    public RemoteNode Remote(NodeKey key) => _remoteNodes.GetOrAdd(key, static key => new RemoteNode(key));

    /// <summary>Returns the peer at an address.</summary>
    public Peer PeerAt(TcpAddress address, RemoteNode node)
    {
        lock (_lock)
        {
            Peer? peer = _peers.Find(other => other.Address == address);
            if (peer is null)
            {
                _peers.Add(peer = new Peer(this, address));
            }

            node.Peer = peer;
            return peer;
        }
    }

    /// <summary>Counts what became of a message.</summary>
    public void Count(QueueOutcome outcome)
    {
        if (outcome != QueueOutcome.Added)
        {
            Counters.Dropped(outcome == QueueOutcome.Full ? DropReason.QueueFull : DropReason.Stopped, 1);
        }
    }

    /// <summary>Gives a message to a node of this process, without a connection.</summary>
    /// <returns>Whether it is for one.</returns>
    public bool TryDeliverHere(RaftMessage message)
    {
        if (!_localNodes.TryGetValue(new NodeKey(message.ClusterId, message.To), out LocalNode? node))
        {
            return false;
        }

        if (node.Deliver(message) is { } reason)
        {
            Counters.Dropped(reason, 1);
        }

        return true;
    }

    /// <summary>A message is larger than a peer accepts.</summary>
    public void OnTooLarge(Connection connection, int size, int limit)
    {
        Counters.Dropped(DropReason.TooLarge, 1);
        Reports.TooLarge(connection.Name, size, limit);
    }

    /// <summary>A message from a node of another process has arrived.</summary>
    public void OnMessage(Connection connection, RaftMessage message)
    {
        if (connection.IsClosed)
        {
            return;
        }

        DropReason? reason = _localNodes.TryGetValue(new NodeKey(message.ClusterId, message.To), out LocalNode? node)
            ? node.Deliver(message)
            : DropReason.UnknownNode;
        if (reason is { } dropped)
        {
            Counters.Dropped(dropped, 1);
        }
    }

    /// <summary>Runs what is due: deadlines, keep-alives, dials.</summary>
    private void Tick()
    {
        TimeSpan now = Clock.Now;
        Connection[] connections;
        Peer[] peers;
        PendingHandshake[] late;
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            connections = [.. _connections];
            peers = [.. _peers];
            late = [.. _handshakes.Where(handshake => now >= handshake.Deadline)];
            _tickAt = TimeSpan.MaxValue;
            if (now >= _idleBy)
            {
                idle = _idle;
                _idle = null;
                _idleBy = TimeSpan.MaxValue;
            }
        }

        foreach (PendingHandshake handshake in late)
        {
            handshake.Abort();
        }

        foreach (Connection connection in connections)
        {
            connection.Tick(now);
            if (idle is not null)
            {
                connection.Close(new PeerProblem(PeerProblemKind.Stopping, "this process has stopped"));
            }
        }

        foreach (Peer peer in peers)
        {
            peer.Main.Tick();
            peer.Bulk.Tick();
        }

        idle?.TrySetResult();
        lock (_lock)
        {
            SetTick();
        }
    }

    /// <summary>Has <see cref="Tick"/> run at a time.</summary>
    public void WakeAt(TimeSpan time)
    {
        lock (_lock)
        {
            if (time < _tickAt)
            {
                _tickAt = time;
                _timer.Set(time);
            }
        }
    }

    /// <summary>Sets the timer while there is something to watch. Under the lock.</summary>
    private void SetTick()
    {
        if (_nodes.Count + _connections.Count + _handshakes.Count == 0)
        {
            return;
        }

        TimeSpan next = Clock.Now + TickInterval;
        next = next < _idleBy ? next : _idleBy;
        if (next < _tickAt)
        {
            _tickAt = next;
            _timer.Set(next);
        }
    }

    private sealed class ActionItem(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
