namespace Raft.Transport.Tcp.Tests;

/// <summary>A frame of each kind.</summary>
internal static class FrameSamples
{
    private static readonly TestReceiver N1 = new("n1", [], store: new StoreIdentity(new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"), 3));

    public static readonly NodeKey Node = new("raft", "n1");

    /// <summary>The bytes of each, with its name.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> All(bool hasChecksum)
    {
        yield return ("announce", Control(hasChecksum, FrameKind.Announce, new NodeAnnouncement(Node, N1.Origin.Store).Encode()));
        yield return ("withdraw", Control(hasChecksum, FrameKind.Withdraw, NodeName.Encode(Node)));
        yield return ("refuse node", Control(
            hasChecksum, FrameKind.RefuseNode, new NodeRefusal(Node, RefusalCode.Duplicate, "another has it").Encode()));
        yield return ("ping", Control(hasChecksum, FrameKind.Ping, PingNumber.Encode(258)));
        yield return ("pong", Control(hasChecksum, FrameKind.Pong, PingNumber.Encode(258)));
        yield return ("goodbye", Control(hasChecksum, FrameKind.Goodbye, new Goodbye(RefusalCode.Stopping, "bye").Encode()));
        yield return ("missing", Control(hasChecksum, FrameKind.Missing, NodeName.Encode(Node)));
        yield return ("open lane", Control(hasChecksum, FrameKind.OpenLane, LaneRequest.Encode(LaneKind.Bulk)));
        yield return ("vote", Message(hasChecksum, Messages.Vote(N1, "n2", 6)));
        yield return ("heartbeat", Message(hasChecksum, Messages.Heartbeat(N1, "n2", 7)));
        yield return ("reply", Message(hasChecksum, Messages.Reply(N1, "n2", 8)));
        yield return ("vote reply", Message(hasChecksum, Messages.VoteReply(N1, "n2", 11)));
        yield return ("snapshot reply", Message(hasChecksum, Messages.ChunkReply(N1, "n2", 12)));
        yield return ("timeout now", Message(hasChecksum, Messages.TimeoutNow(N1, "n2", 13)));
        yield return ("timeout now reply", Message(hasChecksum, Messages.TimeoutNowReply(N1, "n2", 14)));
        yield return ("identity refusal", Message(hasChecksum, Messages.IdentityRefusal(N1, "n2", 15)));
        yield return ("read index", Message(hasChecksum, Messages.ReadIndexRequest(N1, "n2", 16)));
        yield return ("read index reply", Message(hasChecksum, Messages.ReadIndexReply(N1, "n2", 17)));
        yield return ("entries", Message(hasChecksum, Messages.Append(N1, "n2", 9, entries: 3, size: 20)));
        yield return ("chunk", Message(hasChecksum, Messages.Chunk(N1, "n2", 10, size: 40)));
    }

    public static byte[] Control(bool hasChecksum, FrameKind kind, byte[] payload)
    {
        using FrameWriter writer = new(hasChecksum);
        writer.Write(kind, payload);
        return Join(writer);
    }

    public static byte[] Message(bool hasChecksum, RaftMessage message)
    {
        using FrameWriter writer = new(hasChecksum);
        writer.Write(message);
        return Join(writer);
    }

    public static byte[] Join(FrameWriter writer) => [.. writer.GetSegments().SelectMany(static segment => segment)];

    /// <summary>Puts bytes into a reader, and returns the frames with copies of their content.</summary>
    public static List<Frame> Feed(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        List<Frame> frames = [];
        do
        {
            Memory<byte> buffer = reader.GetBuffer();
            int count = Math.Min(buffer.Length, bytes.Length);
            bytes[..count].CopyTo(buffer.Span);
            bytes = bytes[count..];
            reader.Advance(count);
            while (reader.TryRead(out Frame frame))
            {
                frames.Add(frame with { Payload = frame.Payload.ToArray() });
            }
        }
        while (bytes.Length > 0);
        return frames;
    }
}
