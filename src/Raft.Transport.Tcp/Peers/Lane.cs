namespace Raft.Transport.Tcp;

/// <summary>
/// The connection that this process opens to a peer for one kind of messages, over and over: it is dialled when there is something to
/// send. What waits survives the loss of the connection.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class Lane : IThreadPoolWorkItem
{
    /// <summary>A connection that has lived this long was not the failure of an attempt.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(1);

    private readonly TcpHub _hub;
    private readonly Peer _peer;
    private readonly LaneKind _kind;
    private readonly Backoff _backoff;
    private readonly Lock _lock = new();
    private volatile Connection? _connection;
    private volatile PeerProblem? _problem;
    private LaneState _state;
    private TimeSpan _retryAt;
    private int _life; // counts stops: what began before one has no effect after it

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

    /// <summary>Sends a message to a node at the peer, dials first if necessary, or drops the message.</summary>
    public void Send(LocalNode from, RemoteNode to, RaftMessage message, int size)
    {
        if (to.Detour is { } detour && _kind == LaneKind.Main)
        {
            SendOver(detour, from, message, size);
            return;
        }

        if (_connection is { } connection)
        {
            if (!to.IsOn(connection) && connection.Age > TcpHub.AnnouncementGrace)
            {
                _hub.Counters.Dropped(DropReason.UnknownNode, 1);
                connection.ReportMissing(to);
                return;
            }

            if (connection.FindRefusal(from) is not null)
            {
                _hub.Counters.Dropped(DropReason.Refused, 1);
                return;
            }
        }
        else if (!Dial())
        {
            // The peer may have connected to this process although it cannot be reached from here.
            SendOverAccepted(from, to, message, size);
            return;
        }

        _hub.Count(Queue.TryAdd(from, message, size));
    }

    /// <summary>Dials at once if the last attempt has failed.</summary>
    public void Retry()
    {
        lock (_lock)
        {
            if (_state != LaneState.Pausing)
            {
                return;
            }

            _retryAt = TimeSpan.Zero;
        }

        Dial();
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
    public void Tick()
    {
        if (_connection is null && Queue.Count > 0)
        {
            Dial();
        }
    }

    /// <summary>Ends the lane until <see cref="Start"/>.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _state = LaneState.Stopped;
            _problem = null;
            _life++;
        }

        _hub.Counters.Dropped(DropReason.Stopped, Queue.Clear());
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

    void IThreadPoolWorkItem.Execute() => _ = DialAsync();

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

    private void SendOverAccepted(LocalNode from, RemoteNode to, RaftMessage message, int size)
    {
        if (to.FindAccepted(_kind) is not { } accepted)
        {
            _hub.Counters.Dropped(DropReason.NotConnected, 1);
            return;
        }

        if (_kind == LaneKind.Main)
        {
            // Otherwise what waits here would arrive after this message, and what is sent here later might arrive before it.
            to.Detour = accepted;
            _hub.Counters.Dropped(DropReason.NotConnected, Queue.DropTo(to.Key));
        }

        SendOver(accepted, from, message, size);
    }

    private void SendOver(Connection accepted, LocalNode from, RaftMessage message, int size)
    {
        if (accepted.FindRefusal(from) is null)
        {
            _hub.Count(accepted.Queue.TryAdd(from, message, size));
        }
        else
        {
            _hub.Counters.Dropped(DropReason.Refused, 1);
        }
    }

    private async Task DialAsync()
    {
        int life = Volatile.Read(ref _life);
        try
        {
            Connection connection = await _hub.DialAsync(this, _peer.Address, _kind).ConfigureAwait(false);
            bool isStopped;
            lock (_lock)
            {
                isStopped = _life != life;
                if (!isStopped)
                {
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
        lock (_lock)
        {
            if (_life != life)
            {
                return;
            }

            _state = LaneState.Pausing;
            _retryAt = _hub.Clock.Now + _backoff.Next();
            _problem = problem;
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
