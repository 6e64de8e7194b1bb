using System.Buffers.Binary;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>
/// The rules of <c>docs/wire-format.md</c> once more, as one loop over all bytes: which messages a connection must deliver. It shares the
/// decoding of single frames and messages with the transport, and nothing of its buffers, caches, states and queues.
/// </summary>
internal static class Model
{
    private const int LongestControl = 128 * 1_024;
    private const int LargestInBuffer = 64 * 1_024;

    /// <summary>Returns the messages that must be delivered, in order.</summary>
    public static List<RaftMessage> Deliver(FuzzInput input, int maximumFrame)
    {
        List<RaftMessage> delivered = [];
        try
        {
            ReadOnlyMemory<byte> rest = SkipHandshake(input.Bytes);
            Dictionary<NodeKey, bool> announced = [];
            int headSize = input.HasChecksums ? 9 : 5;
            while (TryTakeFrame(ref rest, headSize, input.HasChecksums, maximumFrame, out byte kind, out ReadOnlyMemory<byte> payload))
            {
                Handle(kind, payload, headSize, announced, delivered);
            }
        }
        catch (FrameException)
        {
            // the connection ends here
        }

        return delivered;
    }

    private static ReadOnlyMemory<byte> SkipHandshake(byte[] bytes)
    {
        if (bytes.Length < Hello.HeadSize)
        {
            throw new FrameException("no handshake");
        }

        int size = Hello.HeadSize + Hello.ReadHead(bytes);
        if (bytes.Length < size)
        {
            throw new FrameException("no handshake");
        }

        Hello hello = Hello.Decode(bytes.AsSpan(0, size));
        return hello.Refusal == RefusalCode.None && VersionRange.Supported.Agree(hello.Versions) is not null
            ? bytes.AsMemory(size)
            : throw new FrameException("refused");
    }

    private static bool TryTakeFrame(
        ref ReadOnlyMemory<byte> rest, int headSize, bool hasChecksums, int maximumFrame, out byte kind, out ReadOnlyMemory<byte> payload)
    {
        (kind, payload) = (0, default);
        if (rest.Length < headSize)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
        kind = rest.Span[4];
        if (kind is not ((>= 1 and <= 8) or 16 or 17) || length > (kind < 16 ? Math.Min(LongestControl, maximumFrame) : maximumFrame))
        {
            throw new FrameException("not a frame");
        }

        if (rest.Length < headSize + length)
        {
            return false;
        }

        payload = rest.Slice(headSize, (int)length);
        if (hasChecksums)
        {
            uint state = Crc32C.Append(Crc32C.Append(Crc32C.Start, rest.Span[..5]), payload.Span);
            if (Crc32C.Finish(state) != BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[5..]))
            {
                throw new FrameException("damaged");
            }
        }

        rest = rest[(headSize + (int)length)..];
        return true;
    }

    private static void Handle(
        byte kind, ReadOnlyMemory<byte> payload, int headSize, Dictionary<NodeKey, bool> announced, List<RaftMessage> delivered)
    {
        switch ((FrameKind)kind)
        {
            case FrameKind.Announce:
                NodeKey node = NodeAnnouncement.Decode(payload.Span).Node;
                announced[node] = node != FuzzReceiver.Key;
                if (announced.Count > ConnectionProtocol.MaximumNodes
                    || announced.Keys.Sum(static key => key.ClusterId.Length + key.NodeId.Value.Length)
                        > ConnectionProtocol.MaximumNameCharacters)
                {
                    throw new FrameException("too many nodes");
                }

                break;
            case FrameKind.Withdraw:
                announced.Remove(NodeName.Decode(payload.Span));
                break;
            case FrameKind.RefuseNode:
                NodeRefusal.Decode(payload.Span);
                break;
            case FrameKind.Missing:
                NodeName.Decode(payload.Span);
                break;
            case FrameKind.Ping or FrameKind.Pong:
                PingNumber.Decode(payload.Span);
                break;
            case FrameKind.Goodbye:
                Goodbye.Decode(payload.Span);
                break;
            case FrameKind.OpenLane:
                LaneRequest.Decode(payload.Span);
                break;
            default:
                OnMessage(kind, payload, headSize, announced, delivered);
                break;
        }
    }

    private static void OnMessage(
        byte kind, ReadOnlyMemory<byte> payload, int headSize, Dictionary<NodeKey, bool> announced, List<RaftMessage> delivered)
    {
        bool needsMemory = kind == 17 || payload.Length > LargestInBuffer - headSize;
        if (needsMemory && !announced.ContainsValue(true))
        {
            if (announced.Count == 0)
            {
                throw new FrameException("nobody was announced");
            }

            return;
        }

        RaftMessage message;
        try
        {
            message = MessageCodec.Read(payload);
        }
        catch (MessageFormatException)
        {
            ReadOnlySpan<byte> bytes = payload.Span;
            bool isNewer = bytes.Length > 5 && bytes.StartsWith("RAFT"u8) && bytes[4] == 1 && bytes[5] is (0 or > 15);
            if (!isNewer)
            {
                throw new FrameException("not a message");
            }

            return;
        }

        bool hasData = message is InstallSnapshotMessage or AppendEntriesMessage { Entries.Length: > 0 };
        if (hasData != (kind == 17) || !announced.TryGetValue(new NodeKey(message.ClusterId, message.From), out bool isAccepted))
        {
            throw new FrameException("not a message of this connection");
        }

        if (isAccepted && new NodeKey(message.ClusterId, message.To) == FuzzReceiver.Key)
        {
            delivered.Add(message);
        }
    }
}
