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

    /// <summary>The other side has messages of a kind for this process, and no connection for them.</summary>
    void OnLaneRequested(LaneKind lane);

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

    /// <summary>The characters of the names of all nodes together.</summary>
    public const int MaximumNameCharacters = 1_024 * 1_024;

    /// <summary>Where a message has its type; see <c>docs/wire-format.md</c>.</summary>
    private const int TypeOffset = 5;

    private readonly Dictionary<NodeKey, bool> _announced = []; // whether it is accepted
    private int _accepted;
    private int _nameCharacters; // of the keys of _announced
    private bool _isMissing; // a node of this process was missing already
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
                OnMissing(NodeName.Decode(payload));
                break;
            case FrameKind.OpenLane:
                owner.OnLaneRequested(LaneRequest.Decode(payload));
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
        if (!_announced.ContainsKey(announcement.Node))
        {
            _nameCharacters += LengthOf(announcement.Node);
            if (_announced.Count >= MaximumNodes || _nameCharacters > MaximumNameCharacters)
            {
                throw new FrameException(
                    $"more than {MaximumNodes} nodes are announced, or their names have more than {MaximumNameCharacters} characters");
            }
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
        if (!_announced.Remove(node, out bool isAccepted))
        {
            return;
        }

        _nameCharacters -= LengthOf(node);
        if (isAccepted)
        {
            _accepted--;
            owner.OnWithdrawn(node);
        }
    }

    /// <summary>A process says it once for a connection. Others are mistakes, or meant to fill the log.</summary>
    private void OnMissing(NodeKey node)
    {
        if (!_isMissing)
        {
            _isMissing = true;
            owner.OnMissing(node);
        }
    }

    private static int LengthOf(NodeKey node) => node.ClusterId.Length + node.NodeId.Value.Length;

    private void Set(NodeKey node, bool isAccepted)
    {
        bool wasAccepted = _announced.TryGetValue(node, out bool before) && before;
        _announced[node] = isAccepted;
        _accepted += (isAccepted ? 1 : 0) - (wasAccepted ? 1 : 0);
        _lastOrigin = null;
    }

    private void OnMessage(in Frame frame)
    {
        if (frame.IsSkipped)
        {
            OnSkipped();
            return;
        }

        if (!MessageCodec.TryRead(frame.Payload, _names, out RaftMessage? message))
        {
            OnUnreadable(frame.Payload);
            return;
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

    /// <summary>A message was not kept, since no node is accepted.</summary>
    private void OnSkipped()
    {
        if (_announced.Count == 0)
        {
            throw new FrameException("a message arrived before its sender was announced");
        }

        owner.OnDropped(DropReason.Refused);
    }

    private void OnUnreadable(ReadOnlyMemory<byte> payload)
    {
        try
        {
            MessageCodec.Read(payload);
            throw new FrameException("a message cannot be read");
        }
        catch (MessageFormatException exception) when (exception.Offset == TypeOffset && payload.Length > TypeOffset)
        {
            owner.OnDropped(DropReason.Invalid); // from a newer version: the other messages of the connection are still of use
        }
        catch (MessageFormatException exception)
        {
            // Sent by a peer whose checksum was right, or that TLS has authenticated: it is broken, or newer than it said.
            throw new FrameException($"a message cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }
}
