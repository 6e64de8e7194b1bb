using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Raft.Transport.Tcp;

/// <summary>
/// A connection after its handshake: reads frames and gives them to a <see cref="ConnectionProtocol"/>, and writes what waits in an
/// <see cref="OutgoingQueue"/>. No thread waits for it.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "The writer returns its blocks after each write.")]
internal sealed class Connection : IThreadPoolWorkItem, IConnectionOwner
{
    /// <summary>
    /// The bytes of one call to the network, which takes all of them or none: as much as a slow link takes in a few seconds.
    /// </summary>
    private const int MaximumPart = 64 * 1_024;

    private readonly TcpHub _hub;
    private readonly IConnectionStream _stream;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly ConnectionProtocol _protocol;
    private readonly List<QueuedItem> _batch = []; // the sender's
    private readonly WriteBudget _budget; // the sender's
    private readonly Dictionary<NodeKey, bool> _authorized = []; // the sender's: whether the certificate speaks for a node
    private readonly SegmentParts _parts = new(MaximumPart); // the sender's
    private readonly Action _wake;
    private readonly TimeSpan _openedAt;
    private readonly DateTimeOffset? _certificateEnds;
    private readonly Lock _reading = new(); // held while frames are handled
    private readonly Lock _state = new();
    private readonly Dictionary<NodeKey, (TimeSpan RetryAt, NodeRefusal Refusal)> _refused = []; // nodes of this process, under _state
    private PeerProblem? _end; // why it ends, once it does
    private long _closeBy = long.MaxValue; // ticks of the clock; set once it ends gracefully
    private long _receivedAt; // ticks of the clock
    private long _sentAt;
    private long _writingSince = long.MaxValue; // ticks of the clock: when the part that is being written was begun
    private long _bulkRequestedAt = -TimeSpan.TicksPerSecond; // ticks of the clock
    private bool _isMissingReported;
    private volatile NodeRefusal? _refusal; // of a node of the other side, the last one
    private volatile bool _isDeaf; // frames are ignored
    private volatile bool _isClosed;
    private volatile bool _hasRefusals;

    public Connection(
        TcpHub hub, SecuredStream secured, ConnectionRole role, Hello remote, byte version, OutgoingQueue queue, TcpAddress? dialled)
    {
        _hub = hub;
        _stream = secured.Stream;
        Certificate = secured.Certificate;
        _certificateEnds = secured.Certificate?.NotAfter;
        Role = role;
        Remote = remote;
        Version = version;
        Queue = queue;
        Lane = remote.Lane;
        Name = dialled is null ? $"{_stream.RemoteAddress}" : $"{dialled}";
        _writer = new FrameWriter(!hub.Security.IsSecure);
        _budget = new WriteBudget(hub.Limits.Write);
        _protocol = new ConnectionProtocol(this);
        _reader = new FrameReader(!hub.Security.IsSecure, hub.Options.MaximumFrameBytes) { KeepsMessages = () => _protocol.HasNodes };
        _wake = () => _hub.Scheduler.Schedule(this, preferLocal: true);
        _openedAt = hub.Clock.Now;
        _receivedAt = _sentAt = _openedAt.Ticks;
    }

    public ConnectionRole Role { get; }

    /// <summary>Which messages it carries: the side that has dialled decides it.</summary>
    public LaneKind Lane { get; init; }

    /// <summary>The handshake of the other side.</summary>
    public Hello Remote { get; }

    /// <summary>The version of the protocol that both sides speak.</summary>
    public byte Version { get; }

    public OutgoingQueue Queue { get; }

    /// <summary>The other end, for people.</summary>
    public string Name { get; }

    /// <summary>The certificate of the other side; null without TLS.</summary>
    public X509Certificate2? Certificate { get; }

    public bool IsClosed => _isClosed;

    /// <summary>Whether it ends after everything that waits was sent.</summary>
    public bool IsFinishing => Volatile.Read(ref _closeBy) != long.MaxValue;

    /// <summary>The nodes that the other side speaks for, in the order of their announcement. Under the lock of the hub.</summary>
    public List<RemoteNode> Nodes { get; } = [];

    /// <summary>How long it has existed.</summary>
    public TimeSpan Age => _hub.Clock.Now - _openedAt;

    /// <summary>Why a node of the other side is refused, the last one that is; null if none is.</summary>
    public NodeRefusal? Refusal => _refusal;

    /// <summary>Begins to send.</summary>
    /// <param name="announcements">The nodes of this process.</param>
    public void StartSending(IEnumerable<QueuedItem> announcements)
    {
        lock (_state)
        {
            if (!_isClosed) // otherwise it would take the queue from the connection that has followed it
            {
                Queue.Attach(_wake, announcements);
            }
        }
    }

    /// <summary>Begins to receive.</summary>
    public void StartReading() => _ = ReadAsync();

    /// <summary>Reports once, on both sides, that messages wait for a node that the other side does not have. Cheap.</summary>
    public void ReportMissing(RemoteNode node)
    {
        if (!_isMissingReported && !Interlocked.Exchange(ref _isMissingReported, true))
        {
            Queue.AddControl(FrameKind.Missing, NodeName.Encode(node.Key));
            _hub.Schedule(() => _hub.OnMissingThere(this, node));
        }
    }

    /// <summary>Asks the other side, at most once a second, for a connection for parts of snapshots.</summary>
    public void RequestBulk()
    {
        long now = _hub.Clock.Now.Ticks;
        long last = Volatile.Read(ref _bulkRequestedAt);
        if (now - last >= TimeSpan.TicksPerSecond && Interlocked.CompareExchange(ref _bulkRequestedAt, now, last) == last)
        {
            Queue.AddControl(FrameKind.OpenLane, LaneRequest.Encode(LaneKind.Bulk));
        }
    }

    /// <summary>Why a node of this process may not use the connection now; null if it may.</summary>
    public NodeRefusal? FindRefusal(LocalNode node)
    {
        if (!_hasRefusals)
        {
            return null;
        }

        lock (_state)
        {
            if (!_refused.TryGetValue(node.Key, out var refused))
            {
                return null;
            }

            if (_hub.Clock.Now < refused.RetryAt)
            {
                return refused.Refusal;
            }

            _refused.Remove(node.Key);
            _hasRefusals = _refused.Count > 0;
        }

        Queue.Announce(node, node.Announcement.Payload!); // what was wrong may be fixed
        return null;
    }

    /// <summary>A node of the other side is refused from now on. Nothing from it is handled after this returns.</summary>
    public void Refuse(NodeRefusal refusal)
    {
        _refusal = refusal;
        lock (_reading)
        {
            _protocol.Refuse(refusal);
        }
    }

    /// <summary>Ends the connection after everything that waits was sent, and says why.</summary>
    public void Finish(RefusalCode code, string reason, PeerProblem? problem = null)
    {
        lock (_state)
        {
            if (_closeBy != long.MaxValue || _isClosed)
            {
                return;
            }

            Volatile.Write(ref _closeBy, (_hub.Clock.Now + _hub.Options.HandshakeTimeout).Ticks);
            _end = problem ?? new PeerProblem(Handshake.ProblemOf(code), reason);
        }

        Queue.Finish(new Goodbye(code, reason).Encode());
    }

    /// <summary>Ends the connection at once. Nothing of it is handled after this returns.</summary>
    public void Replace()
    {
        lock (_reading)
        {
            _isDeaf = true;
        }

        Close(new PeerProblem(PeerProblemKind.Replaced, "the process has connected again"));
    }

    /// <summary>Ends the connection at once.</summary>
    public void Close(PeerProblem problem)
    {
        lock (_state)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _isDeaf = true;
            _end ??= problem;
        }

        Queue.Detach(_wake);
        _stream.Dispose();
        _hub.OnClosed(this, _end);
    }

    /// <summary>Looks for a dead peer, and asks a silent one whether it is alive. Called now and then.</summary>
    public void Tick(TimeSpan now)
    {
        TimeSpan interval = _hub.Options.KeepAliveInterval;
        TimeSpan limit = 3 * interval;
        TimeSpan silent = now - TimeSpan.FromTicks(Volatile.Read(ref _receivedAt));
        long writingSince = Volatile.Read(ref _writingSince);
        bool isStuck = writingSince != long.MaxValue && now - TimeSpan.FromTicks(writingSince) > limit;
        if (now.Ticks >= Volatile.Read(ref _closeBy))
        {
            Close(new PeerProblem(PeerProblemKind.TimedOut, "it did not close its side of the connection"));
        }
        else if (silent > limit || isStuck)
        {
            string what = silent > limit ? $"nothing has arrived for {silent.TotalSeconds:0.0} s" : "it does not read what is sent to it";
            Close(new PeerProblem(PeerProblemKind.Lost, $"{what}: check whether the process hangs, and the network"));
        }
        else if (_certificateEnds is { } end && _hub.Clock.UtcNow > end)
        {
            Finish(
                RefusalCode.Certificate,
                string.Create(CultureInfo.InvariantCulture, $"the certificate of this connection was valid until {end:u}: renew it"));
        }
        else if (Role == ConnectionRole.Acceptor && !_protocol.HasNodes && now - _openedAt > _hub.Options.HandshakeTimeout)
        {
            FinishWithoutNodes();
        }
        else if (silent >= interval || now - TimeSpan.FromTicks(Volatile.Read(ref _sentAt)) >= interval)
        {
            Volatile.Write(ref _sentAt, now.Ticks);
            Queue.AddControl(FrameKind.Ping, PingNumber.Encode(now.Ticks));
        }
    }

    /// <summary>Sends what waits.</summary>
    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    NodeRefusal? IConnectionOwner.OnAnnounced(NodeAnnouncement announcement)
    {
        NodeRefusal? refusal = _hub.OnAnnounced(this, announcement);
        _refusal = refusal ?? _refusal;
        return refusal;
    }

    void IConnectionOwner.OnWithdrawn(NodeKey node) => _hub.OnWithdrawn(this, node);

    void IConnectionOwner.OnNodeRefused(NodeRefusal refusal)
    {
        if (!_hub.HasNode(refusal.Node))
        {
            return; // nothing was announced that it could refuse
        }

        lock (_state)
        {
            if (_refused.Count >= ConnectionProtocol.MaximumNodes)
            {
                return;
            }

            _refused[refusal.Node] = (_hub.Clock.Now + _hub.Options.HandshakeTimeout, refusal);
            _hasRefusals = true;
        }

        _hub.OnNodeRefused(this, refusal);
    }

    void IConnectionOwner.OnMissing(NodeKey node) => _hub.OnMissingHere(this, node);

    void IConnectionOwner.OnLaneRequested(LaneKind lane) => _hub.OnLaneRequested(this, lane);

    void IConnectionOwner.OnMessage(RaftMessage message) => _hub.OnMessage(this, message);

    void IConnectionOwner.OnDropped(DropReason reason) => _hub.Counters.Dropped(reason, 1);

    void IConnectionOwner.OnPong(long number)
    {
        TimeSpan now = _hub.Clock.Now;
        if (number >= _openedAt.Ticks && number <= now.Ticks) // otherwise this connection has sent no such ping
        {
            _hub.Counters.RoundTrip(now - TimeSpan.FromTicks(number));
        }
    }

    void IConnectionOwner.OnGoodbye(Goodbye goodbye)
    {
        lock (_state)
        {
            _end ??= new PeerProblem(Handshake.ProblemOf(goodbye.Code), $"it has ended the connection: {goodbye.Reason}");
        }
    }

    void IConnectionOwner.Send(FrameKind kind, byte[] payload) => Queue.AddControl(kind, payload);

    private void FinishWithoutNodes()
    {
        if (_refusal is { } refusal)
        {
            Finish(refusal.Code, $"node {refusal.Node} is refused: {refusal.Reason}");
        }
        else
        {
            Finish(RefusalCode.Protocol, "this connection speaks for no node");
        }
    }

    private async Task ReadAsync()
    {
        PeerProblem problem;
        try
        {
            while (true)
            {
                int count = await _stream.ReadAsync(_reader.GetBuffer()).ConfigureAwait(false);
                if (count == 0)
                {
                    problem = new PeerProblem(PeerProblemKind.Lost, "it closed the connection");
                    break;
                }

                Volatile.Write(ref _receivedAt, _hub.Clock.Now.Ticks);
                _reader.Advance(count);
                Handle(count);
            }
        }
        // Any exception ends the connection and nothing else.
        catch (Exception exception)
        {
            problem = ProblemOf(exception);
        }

        Close(problem);
    }

    private void Handle(int bytes)
    {
        int messages = 0;
        try
        {
            lock (_reading)
            {
                while (!_isDeaf && _reader.TryRead(out Frame frame))
                {
                    messages += FrameFormat.IsMessage(frame.Kind) ? 1 : 0;
                    _protocol.Handle(in frame);
                }
            }
        }
        catch (FrameException exception)
        {
            _isDeaf = true;
            Finish(
                RefusalCode.Protocol,
                exception.Message,
                new PeerProblem(PeerProblemKind.Protocol, $"it has broken the protocol: {exception.Message}; the connection was closed"));
        }

        if (_isDeaf)
        {
            _reader.Discard(); // until the other side has read why, and closes the connection
        }

        _hub.Counters.Received(messages, bytes);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (Queue.TryTake(_wake, _batch, _budget.Bytes))
            {
                bool isLast = false;
                int messages = 0;
                foreach (QueuedItem item in _batch)
                {
                    messages += Encode(in item) ? 1 : 0;
                    isLast |= item.Kind == FrameKind.Goodbye;
                }

                _batch.Clear();
                TimeSpan now = _hub.Clock.Now;
                Volatile.Write(ref _sentAt, now.Ticks);
                long bytes = _writer.Length;
                await WriteAsync(_writer.GetSegments()).ConfigureAwait(false);
                _budget.Record(bytes, _hub.Clock.Now - now);
                _writer.Reset();
                _hub.Counters.Sent(messages, bytes);
                if (isLast)
                {
                    _stream.CompleteWrites();
                    return;
                }
            }
        }
        // Any exception ends the connection and nothing else.
        catch (Exception exception)
        {
            Close(ProblemOf(exception));
        }
    }

    /// <summary>Writes in parts: a slow link takes long for all of them, and is alive as long as it takes one after the other.</summary>
    private async ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        _parts.Begin(segments);
        while (_parts.TryNext(out IReadOnlyList<ArraySegment<byte>> part))
        {
            Volatile.Write(ref _writingSince, _hub.Clock.Now.Ticks);
            await _stream.WriteAsync(part).ConfigureAwait(false);
        }

        Volatile.Write(ref _writingSince, long.MaxValue);
    }

    /// <returns>Whether it was a message, and was encoded.</returns>
    private bool Encode(in QueuedItem item)
    {
        if (item.Message is null)
        {
            _writer.Write(item.Kind, item.Payload);
            return false;
        }

        if (_hub.Security.IsSecure && !MayReceive(item.Message))
        {
            _hub.Counters.Dropped(DropReason.UnknownNode, 1);
            return false;
        }

        if (item.Size > Remote.MaximumFrame)
        {
            _hub.OnTooLarge(this, item.Size, Remote.MaximumFrame);
            return false;
        }

        _writer.Write(item.Message);
        return true;
    }

    /// <summary>Whether the certificate of the other side speaks for the destination, announced or not.</summary>
    private bool MayReceive(RaftMessage message)
    {
        NodeKey key = new(message.ClusterId, message.To);
        if (!_authorized.TryGetValue(key, out bool isAuthorized))
        {
            if (_authorized.Count >= ConnectionProtocol.MaximumNodes)
            {
                _authorized.Clear();
            }

            _authorized[key] = isAuthorized = _hub.Security.FindProblem(Certificate, key) is null;
        }

        // A callback may have changed its mind since then: each announcement asks it again.
        return isAuthorized || _hub.FindRemote(key)?.IsOn(this) == true;
    }

    private static PeerProblem ProblemOf(Exception exception) => exception is PeerException { Problem: { } problem }
        ? problem
        : new PeerProblem(PeerProblemKind.Lost, $"the connection was lost: {exception.Message.TrimEnd('.')}");
}
