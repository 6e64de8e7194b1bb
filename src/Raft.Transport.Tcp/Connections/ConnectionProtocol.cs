namespace Raft.Transport.Tcp;

/// <summary>What the frames of a connection ask its owner to do.</summary>
internal interface IConnectionOwner
{
    /// <summary>The other side has announced a node.</summary>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    NodeRefusal? OnAnnounced(NodeAnnouncement announcement);

    void OnWithdrawn(NodeKey node);

    /// <summary>The other side refuses a node of this process.</summary>
    void OnNodeRefused(NodeRefusal refusal);

    /// <summary>The other side has messages for a node that this process does not have.</summary>
    void OnMissing(NodeKey node);

    void OnMessage(RaftMessage message);

    void OnDropped(DropReason reason);

    void OnPong(long number);

    void OnGoodbye(Goodbye goodbye);

    /// <summary>Sends a frame to the other side.</summary>
    void Send(FrameKind kind, byte[] payload);
}

/// <summary>
/// The rules of a connection after the handshake: which nodes the other side speaks for, and what each frame means. It has no socket and
/// no thread.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ConnectionProtocol(IConnectionOwner owner)
{
    /// <summary>The nodes of a process. More are a mistake or an attack.</summary>
    public const int MaximumNodes = 16_384;

    // Of the format of messages; see docs/wire-format.md.
    private const int VersionOffset = 4;
    private const int TypeOffset = 5;
    private const byte LastKnownType = 9;

    private readonly Dictionary<NodeKey, bool> _announced = []; // whether it is accepted
    private int _accepted;
    private readonly MessageNames _names = new();
    private MessageOrigin? _lastOrigin; // of the last message from an accepted node
    private NodeId _lastFrom;

    /// <summary>Whether the other side speaks for a node.</summary>
    public bool HasNodes => Volatile.Read(ref _accepted) > 0;

    /// <summary>Handles a frame.</summary>
    /// <exception cref="FrameException">It breaks the protocol.</exception>
    public void Handle(in Frame frame)
    {
        ReadOnlySpan<byte> payload = frame.Payload.Span;
        switch (frame.Kind)
        {
            case FrameKind.Announce:
                OnAnnounced(NodeAnnouncement.Decode(payload));
                break;
            case FrameKind.Withdraw:
                OnWithdrawn(NodeName.Decode(payload));
                break;
            case FrameKind.RefuseNode:
                owner.OnNodeRefused(NodeRefusal.Decode(payload));
                break;
            case FrameKind.Missing:
                owner.OnMissing(NodeName.Decode(payload));
                break;
            case FrameKind.Ping:
                owner.Send(FrameKind.Pong, PingNumber.Encode(PingNumber.Decode(payload)));
                break;
            case FrameKind.Pong:
                owner.OnPong(PingNumber.Decode(payload));
                break;
            case FrameKind.Goodbye:
                owner.OnGoodbye(Goodbye.Decode(payload));
                break;
            case FrameKind.Message or FrameKind.MessageWithData:
                OnMessage(in frame);
                break;
            default:
                throw new FrameException($"a frame has the kind {(byte)frame.Kind}, which this version does not know");
        }
    }

    /// <summary>The node is refused from now on: another process has it.</summary>
    public void Refuse(NodeRefusal refusal)
    {
        if (_announced.ContainsKey(refusal.Node))
        {
            Set(refusal.Node, isAccepted: false);
            owner.Send(FrameKind.RefuseNode, refusal.Encode());
        }
    }

    private void OnAnnounced(NodeAnnouncement announcement)
    {
        if (_announced.Count >= MaximumNodes && !_announced.ContainsKey(announcement.Node))
        {
            throw new FrameException($"more than {MaximumNodes} nodes are announced");
        }

        NodeRefusal? refusal = owner.OnAnnounced(announcement);
        Set(announcement.Node, refusal is null);
        if (refusal is not null)
        {
            owner.Send(FrameKind.RefuseNode, refusal.Encode());
        }
    }

    private void OnWithdrawn(NodeKey node)
    {
        _lastOrigin = null;
        if (_announced.Remove(node, out bool isAccepted) && isAccepted)
        {
            _accepted--;
            owner.OnWithdrawn(node);
        }
    }

    private void Set(NodeKey node, bool isAccepted)
    {
        bool wasAccepted = _announced.TryGetValue(node, out bool before) && before;
        _announced[node] = isAccepted;
        _accepted += (isAccepted ? 1 : 0) - (wasAccepted ? 1 : 0);
        _lastOrigin = null;
    }

    private void OnMessage(in Frame frame)
    {
        if (!MessageCodec.TryRead(frame.Payload, _names, out RaftMessage? message))
        {
            if (HasUnknownType(frame.Payload.Span))
            {
                owner.OnDropped(DropReason.Invalid); // from a newer version: the other messages of the connection are still of use
                return;
            }

            // Sent by a peer whose checksum was right, or that TLS has authenticated: it is broken, or newer than it said.
            throw new FrameException(FindProblem(frame.Payload));
        }

        if (frame.Kind != FrameWriter.KindOf(message))
        {
            // Otherwise the message would keep memory that the next read overwrites.
            throw new FrameException($"a frame of the kind {frame.Kind} has a {message.GetType().Name} that belongs in another kind");
        }

        if (!ReferenceEquals(message.Origin, _lastOrigin) || message.From != _lastFrom)
        {
            NodeKey from = new(message.ClusterId, message.From);
            if (!_announced.TryGetValue(from, out bool isAccepted))
            {
                throw new FrameException($"a message is from {from}, which was not announced on this connection");
            }

            if (!isAccepted)
            {
                owner.OnDropped(DropReason.Refused);
                return;
            }

            _lastOrigin = message.Origin;
            _lastFrom = message.From;
        }

        owner.OnMessage(message);
    }

    /// <summary>Whether it is a message of this format, but of a type that this version does not know.</summary>
    private static bool HasUnknownType(ReadOnlySpan<byte> payload) =>
        payload.Length > TypeOffset
        && payload.StartsWith("RAFT"u8)
        && payload[VersionOffset] == MessageCodec.Version
        && payload[TypeOffset] > LastKnownType;

    private static string FindProblem(ReadOnlyMemory<byte> payload)
    {
        try
        {
            MessageCodec.Read(payload);
            return "a message cannot be read";
        }
        catch (MessageFormatException exception)
        {
            return $"a message cannot be read: {exception.Message.TrimEnd('.')}";
        }
    }
}
