namespace Raft.Transport.Tcp;

/// <content>How connections begin and end.</content>
internal sealed partial class TcpHub
{
    /// <summary>Opens a connection to a peer. The caller starts it with <see cref="StartDialled"/>.</summary>
    /// <exception cref="PeerException">It failed.</exception>
    public async ValueTask<Connection> DialAsync(Lane lane, TcpAddress address, LaneKind kind)
    {
        if (!Security.IsSecure && !Options.AllowPlaintext && !address.IsLoopback)
        {
            throw new PeerException(
                PeerProblemKind.PlaintextNotAllowed,
                $"{address} is not a loopback address, and there is no TLS: set {nameof(TcpTransportOptions.Tls)}, or "
                + $"{nameof(TcpTransportOptions.AllowPlaintext)} if everyone on the network may change the cluster");
        }

        PendingHandshake handshake = new(Clock.Now + Options.HandshakeTimeout);
        Add(handshake, accepted: null);
        lane.OnDialling(handshake);
        IConnectionStream? raw = null;
        try
        {
            raw = await _environment.Network.DialAsync(address, handshake.Token).ConfigureAwait(false);
            handshake.SetStream(raw);
            SecuredStream secured = await Security.SecureAsync(raw, isDialler: true, address.Host).ConfigureAwait(false);
            Hello own = CreateHello(kind, address.ToString());
            (Hello remote, byte version) = await Handshake.PerformAsync(secured.Stream, own, isDialler: true, secured.Refusal)
                .ConfigureAwait(false);
            if (remote.Process == own.Process)
            {
                throw new PeerException(
                    PeerProblemKind.OtherNode,
                    $"{address} is an address of this process, where the node does not run: correct the address, or start the node");
            }

            Connection connection = new(this, secured, ConnectionRole.Dialler, remote, version, lane.Queue, address) { Lane = kind };
            lock (_lock)
            {
                _handshakes.Remove(handshake);
                if (_nodes.Count == 0)
                {
                    throw new PeerException(PeerProblemKind.Stopping, "this process has stopped");
                }

                if (!handshake.TryComplete())
                {
                    throw new PeerException(PeerProblemKind.TimedOut, "the connection took too long");
                }

                _connections.Add(connection);
            }

            Counters.Dialled("connected");
            return connection;
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                _handshakes.Remove(handshake);
            }

            raw?.Dispose();
            throw handshake.IsAborted
                ? new PeerException(
                    PeerProblemKind.TimedOut,
                    $"{address} did not complete the handshake within {Options.HandshakeTimeout.TotalSeconds:0.0} s: check the network, "
                    + "its firewalls, and whether the process hangs",
                    exception)
                : exception is PeerException { Problem: { } problem }
                ? new PeerException(problem, exception)
                : new PeerException(PeerProblemKind.NotReached, $"the connection failed: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    /// <summary>A connection that this process has opened is in its lane: it may send and receive.</summary>
    public void StartDialled(Connection connection)
    {
        Reports.Connected(connection);
        lock (_lock)
        {
            connection.StartSending(_nodes.Select(static node => node.Announcement));
        }

        connection.StartReading();
    }

    /// <summary>An attempt to connect has failed.</summary>
    public void OnDialFailed(Peer peer, PeerProblem problem)
    {
        Counters.Dialled(problem.Tag);
        Reports.Problem(peer.Address.ToString(), problem);
    }

    /// <summary>A connection has ended.</summary>
    public void OnClosed(Connection connection, PeerProblem problem)
    {
        TaskCompletionSource? idle = null;
        Peer[] peers;
        lock (_lock)
        {
            _unproven.Remove(connection);
            if (!_connections.Remove(connection))
            {
                return;
            }

            foreach (RemoteNode node in connection.Nodes)
            {
                node.Remove(connection);
                Forget(node);
            }

            connection.Nodes.Clear();
            peers = [.. _peers];
            if (_connections.Count == 0 && _idle is not null)
            {
                idle = _idle;
                _idle = null;
                _idleBy = TimeSpan.MaxValue;
            }
        }

        foreach (Peer peer in peers)
        {
            peer.Main.OnClosed(connection, problem);
            peer.Bulk.OnClosed(connection, problem);
        }

        Reports.Closed(connection, problem);
        if (idle is not null)
        {
            Schedule(idle.SetResult); // not within this call: what waits for it may wait for this connection
        }
    }

    private Hello CreateHello(LaneKind lane, string dialledAddress) => new()
    {
        Versions = _environment.Versions,
        Process = _environment.Process,
        StartedAt = _startedAt,
        DialNumber = dialledAddress.Length == 0 ? 0 : Interlocked.Increment(ref _dials),
        Lane = lane,
        MaximumFrame = Options.MaximumFrameBytes,
        Address = FirstAddress,
        DialledAddress = dialledAddress,
    };

    private string FirstAddress
    {
        get
        {
            lock (_lock)
            {
                return _listeners.Count > 0 ? (_listeners[0].Listener?.Address ?? _listeners[0].Requested).ToString() : string.Empty;
            }
        }
    }

    private void Add(PendingHandshake handshake, IConnectionStream? accepted)
    {
        Action? endCrowdedOut = null;
        lock (_lock)
        {
            _handshakes.Add(handshake);
            if (accepted is not null)
            {
                endCrowdedOut = _unproven.Add(handshake, accepted.RemoteAddress, handshake.Abort);
            }

            SetTick();
        }

        endCrowdedOut?.Invoke();
    }

    private async Task AcceptAsync(ListenerEntry entry)
    {
        while (true)
        {
            try
            {
                IConnectionStream stream = await entry.Listener!.AcceptAsync().ConfigureAwait(false);
                PendingHandshake handshake = new(Clock.Now + Options.HandshakeTimeout);
                handshake.SetStream(stream);
                Add(handshake, stream);

                // Not here: the next connection does not wait for what this one does at once.
                Schedule(() => _ = AcceptAsync(stream, handshake));
            }
            // Usually too many open files. Others may recover too, and a listener that has silently ended would be worse.
            catch (Exception exception)
            {
                lock (_lock)
                {
                    if (entry.IsClosed)
                    {
                        return;
                    }
                }

                Reports.AcceptFailed(entry.Requested, exception);
                entry.Retry ??= Clock.CreateTimer(() => Schedule(() => _ = AcceptAsync(entry)));
                entry.Retry.Set(Clock.Now + AcceptPause);
                return;
            }
        }
    }

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private static readonly PeerProblem CrowdedOut = new(
        PeerProblemKind.TimedOut, "it has announced no node that was accepted, and made room for other connections");

    /// <summary>Performs the handshake on a connection that another process has opened.</summary>
    private async Task AcceptAsync(IConnectionStream raw, PendingHandshake handshake)
    {
        SecuredStream? secured = null;
        try
        {
            secured = await Security.SecureAsync(raw, isDialler: false, string.Empty).ConfigureAwait(false);
            (Hello remote, byte version) = await Handshake.PerformAsync(
                secured.Stream, CreateHello(LaneKind.Main, string.Empty), isDialler: false, secured.Refusal).ConfigureAwait(false);
            if (remote.Process == _environment.Process)
            {
                await LingerAsync(secured.Stream).ConfigureAwait(false); // this process has dialled itself, and reports it there
                Remove(handshake);
                raw.Dispose();
                return;
            }

            OutgoingQueue queue = new(Limits, Clock, Counters);
            OnAccepted(new Connection(this, secured, ConnectionRole.Acceptor, remote, version, queue, dialled: null), handshake);
        }
        // Any exception refuses this connection and nothing else.
        catch (Exception exception)
        {
            PeerProblem problem = handshake.IsAborted
                ? new PeerProblem(PeerProblemKind.TimedOut, "it did not complete the handshake in time, or too many others began one")
                : exception is PeerException { Problem: { } known }
                ? known
                : new PeerProblem(PeerProblemKind.Lost, $"the connection was lost during the handshake: {exception.Message.TrimEnd('.')}");
            Counters.Refused(problem.Tag);
            Reports.Refused(raw.RemoteAddress, problem);
            if (secured is not null)
            {
                await LingerAsync(secured.Stream).ConfigureAwait(false);
            }

            Remove(handshake);
            raw.Dispose();
        }
    }

    /// <summary>
    /// Waits until the other side has read why it is refused: closing a socket with unread bytes would destroy what was sent. The deadline
    /// of the handshake ends it.
    /// </summary>
    private static async ValueTask LingerAsync(IConnectionStream stream)
    {
        try
        {
            stream.CompleteWrites();
            byte[] ignored = new byte[1_024];
            while (await stream.ReadAsync(ignored).ConfigureAwait(false) > 0)
            {
            }
        }
        // It is refused already.
        catch (Exception)
        {
            // nothing is left to do
        }
    }

    private void Remove(PendingHandshake handshake)
    {
        lock (_lock)
        {
            _unproven.Remove(handshake);
            _handshakes.Remove(handshake);
        }
    }

    private void OnAccepted(Connection connection, PendingHandshake handshake)
    {
        bool isObsolete;
        lock (_lock)
        {
            _handshakes.Remove(handshake);
            isObsolete = !handshake.TryComplete() || _nodes.Count == 0;
            if (isObsolete)
            {
                _unproven.Remove(handshake);
            }
            else
            {
                _connections.Add(connection);
                _unproven.Replace(handshake, connection, () => connection.Close(CrowdedOut));
            }
        }

        if (isObsolete)
        {
            connection.Close(
                new PeerProblem(PeerProblemKind.Replaced, "the handshake took too long, or this process has stopped"));
            return;
        }

        Reports.Connected(connection);
        lock (_lock)
        {
            connection.StartSending(_nodes.Select(static node => node.Announcement));
        }

        connection.StartReading();
    }
}
