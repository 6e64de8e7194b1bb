namespace Raft.Transport.Tcp;

/// <summary>
/// The connection that this process opens to a peer for one kind of messages, over and over: it is dialled when there is something to
/// send, and no other connection to the process of the destination. What waits survives the loss of the connection.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class Lane : IThreadPoolWorkItem
{
    /// <summary>A connection that has lived this long was not the failure of an attempt.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(1);

    private const int None = -1;

    private readonly TcpHub _hub;
    private readonly Peer _peer;
    private readonly LaneKind _kind;
    private readonly Backoff _backoff;
    private readonly Lock _lock = new();
    private volatile Connection? _connection;
    private volatile PeerProblem? _problem;
    private LaneState _state;
    private TimeSpan _retryAt;
    private PendingHandshake? _handshake; // of the attempt under way
    private TimeSpan _dialledAt;
    private bool _isRestarting; // the attempt under way was aborted to begin another one
    private volatile bool _isUsed; // since it was last asked
    private int _life; // counts stops: what began before one has no effect after it
    private int _attemptOf = None; // the life of the attempt under way

    public Lane(TcpHub hub, Peer peer, LaneKind kind)
    {
        _hub = hub;
        _peer = peer;
        _kind = kind;
        _backoff = new Backoff(hub.Options.MaximumDialPause, hub.NextRandom);
        Queue = new OutgoingQueue(hub.Limits, hub.Clock, hub.Counters);
    }

    public OutgoingQueue Queue { get; }

    /// <summary>The connection; null while there is none.</summary>
    public Connection? Connection => _connection;

    /// <summary>Why there is none; null if it is not known that there is a problem.</summary>
    public PeerProblem? Problem => _connection is null ? _problem : null;

    /// <summary>Sends a message to a node at the peer, dials first if there is no connection, or drops the message.</summary>
    public void Send(LocalNode from, RemoteNode to, RaftMessage message, int size)
    {
        _isUsed = true;
        if (FindPath(to) is { } path)
        {
            if (path != _connection && _kind == LaneKind.Main && to.Detour != path)
            {
                TakeDetour(to, path);
            }

            _hub.Send(path, from, message, size);
        }
        else if (_connection is { } connection)
        {
            if (_kind == LaneKind.Bulk)
            {
                RequestBulk(to);
            }

            connection.ReportMissing(to);
            _hub.Counters.Dropped(DropReason.UnknownNode, 1);
        }
        else
        {
            SendLater(from, to, message, size);
        }
    }

    /// <summary>
    /// The connection for messages to a node at the peer. A new connection of the lane counts before the node is announced on it. Any other
    /// connection to the process of the node is used if the lane has none to it, whatever the lane does.
    /// </summary>
    public Connection? FindPath(RemoteNode to)
    {
        if (_kind == LaneKind.Main && to.Detour is { } detour)
        {
            return detour;
        }

        return _connection is { } connection && (to.IsOn(connection) || connection.Age <= TcpHub.AnnouncementGrace)
            ? connection
            : to.FindOpen(_kind);
    }

    /// <summary>The peer can be reached now: an attempt that takes long is repeated, and the pause after a failed one ends.</summary>
    public void Retry()
    {
        PendingHandshake? stuck = null;
        lock (_lock)
        {
            if (_state == LaneState.Dialling && _handshake is not null && _hub.Clock.Now - _dialledAt > Stable)
            {
                stuck = _handshake;
                _isRestarting = true;
            }
            else if (_state == LaneState.Pausing)
            {
                _retryAt = TimeSpan.Zero;
            }
        }

        stuck?.Abort();
        Tick();
    }

    /// <summary>Dials although nothing waits: the peer cannot dial, and has something to send.</summary>
    public void Open()
    {
        if (_connection is null)
        {
            Dial();
        }
    }

    /// <summary>An attempt to connect has begun.</summary>
    public void OnDialling(PendingHandshake handshake)
    {
        lock (_lock)
        {
            _handshake = handshake;
            _isRestarting = false;
            _dialledAt = _hub.Clock.Now;
        }
    }

    /// <summary>The connection has ended.</summary>
    public void OnClosed(Connection connection, PeerProblem problem)
    {
        bool isNeeded;
        lock (_lock)
        {
            if (_connection != connection)
            {
                return;
            }

            _connection = null;
            _problem = problem.IsOrdinary ? null : problem;
            if (_state == LaneState.Stopped)
            {
                return;
            }

            if (connection.Age > Stable)
            {
                _backoff.Reset();
            }

            _state = LaneState.Pausing;
            _retryAt = _hub.Clock.Now + _backoff.Next();
            isNeeded = Queue.Count > 0;
        }

        if (isNeeded)
        {
            _hub.WakeAt(_retryAt);
        }
    }

    /// <summary>Dials again if messages wait and the pause is over. Called now and then.</summary>
    /// <returns>When to call it again at the latest; the highest value if nothing waits for a dial.</returns>
    public TimeSpan Tick()
    {
        if (_connection is not null || Queue.Count == 0 || Dial())
        {
            return TimeSpan.MaxValue;
        }

        lock (_lock)
        {
            return _state == LaneState.Pausing ? _retryAt : TimeSpan.MaxValue;
        }
    }

    /// <summary>Whether it was not used since the last call, and has nothing that would be lost with it.</summary>
    public bool IsUnused()
    {
        bool isUsed = _isUsed;
        _isUsed = false;
        lock (_lock)
        {
            return !isUsed && _connection is null && _state != LaneState.Dialling && Queue.Count == 0;
        }
    }

    /// <summary>Ends the lane until <see cref="Start"/>.</summary>
    /// <returns>How many messages were dropped.</returns>
    public int Stop()
    {
        lock (_lock)
        {
            _state = LaneState.Stopped;
            _problem = null;
            _life++;
        }

        return Queue.Clear();
    }

    /// <summary>Allows the lane to dial again after a stop.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_state == LaneState.Stopped)
            {
                _state = LaneState.Idle;
                _backoff.Reset();
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        int life;
        lock (_lock)
        {
            if (_state != LaneState.Dialling || _attemptOf == _life)
            {
                return; // the lane was stopped since, or started again, and another item has begun the attempt
            }

            life = _attemptOf = _life;
        }

        _ = DialAsync(life);
    }

    /// <summary>Dials, unless an attempt has failed a short time ago.</summary>
    /// <returns>Whether it is worth to let messages wait.</returns>
    private bool Dial()
    {
        lock (_lock)
        {
            switch (_state)
            {
                case LaneState.Dialling or LaneState.Connected:
                    return true;
                case LaneState.Stopped:
                    return false;
                case LaneState.Pausing when _hub.Clock.Now < _retryAt:
                    return false;
                default:
                    _state = LaneState.Dialling;
                    break;
            }
        }

        _hub.Scheduler.Schedule(this, preferLocal: false);
        return true;
    }

    private void SendLater(LocalNode from, RemoteNode to, RaftMessage message, int size)
    {
        if (_problem is not null && _kind == LaneKind.Bulk)
        {
            RequestBulk(to);
        }

        if (Dial())
        {
            _hub.Count(Queue.TryAdd(from, message, size));
            if (_kind == LaneKind.Main && to.Detour is { } detour)
            {
                TakeDetour(to, detour); // another node has found it at the same time
            }
        }
        else
        {
            _hub.Counters.Dropped(DropReason.NotConnected, 1);
        }
    }

    /// <summary>
    /// Parts of snapshots do not use a connection for messages. The process that has opened one may be able to open another.
    /// </summary>
    private static void RequestBulk(RemoteNode to)
    {
        if (to.FindOpen(LaneKind.Main) is { Role: ConnectionRole.Acceptor } main)
        {
            main.RequestBulk();
        }
    }

    private void TakeDetour(RemoteNode to, Connection path)
    {
        if (_connection is { } connection && connection.Age > TcpHub.AnnouncementGrace)
        {
            connection.ReportMissing(to); // it leads to another process
        }

        // Otherwise what waits here would arrive after this message, and what is sent here later might arrive before it.
        to.Detour = path;
        int dropped = Queue.DropTo(to.Key);
        if (dropped > 0)
        {
            _hub.Counters.Dropped(DropReason.NotConnected, dropped);
        }
    }

    private async Task DialAsync(int life)
    {
        try
        {
            Connection connection = await _hub.DialAsync(this, _peer.Address, _kind).ConfigureAwait(false);
            bool isStopped;
            lock (_lock)
            {
                isStopped = _life != life;
                if (!isStopped)
                {
                    _handshake = null;
                    _isRestarting = false;
                    _attemptOf = None;
                    _state = LaneState.Connected;
                    _problem = null;
                    _connection = connection;
                }
            }

            if (isStopped)
            {
                connection.Close(new PeerProblem(PeerProblemKind.Stopping, "this process has stopped"));
                return;
            }

            _hub.StartDialled(connection);
            if (connection.IsClosed)
            {
                // It ended before it was the lane's, which has not noticed.
                OnClosed(connection, new PeerProblem(PeerProblemKind.Lost, "the connection was lost at once"));
            }
        }
        // Any exception is a failed attempt.
        catch (Exception exception)
        {
            OnFailed(life, exception is PeerException { Problem: { } problem }
                ? problem
                : new PeerProblem(PeerProblemKind.NotReached, $"the connection failed: {exception.Message.TrimEnd('.')}"));
        }
    }

    private void OnFailed(int life, PeerProblem problem)
    {
        bool isRestarting;
        lock (_lock)
        {
            if (_life != life)
            {
                return;
            }

            _handshake = null;
            _attemptOf = None;
            isRestarting = _isRestarting;
            _isRestarting = false;
            if (!isRestarting)
            {
                _state = LaneState.Pausing;
                _retryAt = _hub.Clock.Now + _backoff.Next();
                _problem = problem;
            }
        }

        if (isRestarting)
        {
            _hub.Scheduler.Schedule(this, preferLocal: false); // what waits is kept
            return;
        }

        _hub.Counters.Dropped(DropReason.NotConnected, Queue.Clear());
        _hub.OnDialFailed(_peer, problem);
    }

    private enum LaneState
    {
        Idle,
        Dialling,
        Connected,
        Pausing,
        Stopped,
    }
}
