using System.Buffers.Binary;

namespace Raft.Transport.Tcp;

/// <summary>A node, in a process that may have nodes of several clusters.</summary>
internal readonly record struct NodeKey(string ClusterId, NodeId NodeId)
{
    public override string ToString() => $"{NodeId} of cluster '{ClusterId}'";
}

/// <summary>The content of <see cref="FrameKind.Announce"/>: a node of the sender, and its store.</summary>
/// <param name="Node">The node.</param>
/// <param name="Store">Its durable store; null if it has none.</param>
internal sealed record NodeAnnouncement(NodeKey Node, StoreIdentity? Store)
{
    private const byte StoreFlag = 1;

    public byte[] Encode()
    {
        PayloadWriter writer = new PayloadWriter()
            .String(Node.ClusterId).String(Node.NodeId.Value).Byte(Store is null ? (byte)0 : StoreFlag);
        return (Store is { } store ? writer.Guid(store.Id).Int64(store.Opening) : writer).ToArray();
    }

    public static NodeAnnouncement Decode(ReadOnlySpan<byte> payload)
    {
        PayloadReader reader = new(payload, "an announcement");
        NodeKey node = new(reader.String("cluster id"), reader.NodeId("node id"));
        byte flags = reader.Byte("flags");
        if (flags > StoreFlag)
        {
            throw new FrameException($"an announcement has the flags {flags}, which this version does not know");
        }

        StoreIdentity? store = flags == StoreFlag ? new StoreIdentity(reader.Guid("store id"), reader.Int64("opening")) : null;
        reader.End();
        return new NodeAnnouncement(node, store);
    }
}

/// <summary>The content of <see cref="FrameKind.Withdraw"/> and <see cref="FrameKind.Missing"/>: a node.</summary>
internal static class NodeName
{
    public static byte[] Encode(NodeKey node) => new PayloadWriter().String(node.ClusterId).String(node.NodeId.Value).ToArray();

    public static NodeKey Decode(ReadOnlySpan<byte> payload)
    {
        PayloadReader reader = new(payload, "the name of a node");
        NodeKey node = new(reader.String("cluster id"), reader.NodeId("node id"));
        reader.End();
        return node;
    }
}

/// <summary>The content of <see cref="FrameKind.RefuseNode"/>: a node that the receiver of its announcement refuses, and why.</summary>
internal sealed record NodeRefusal(NodeKey Node, RefusalCode Code, string Reason)
{
    public const int MaximumReason = 500;

    public byte[] Encode() => new PayloadWriter()
        .String(Node.ClusterId).String(Node.NodeId.Value).Byte((byte)Code).String(Reason, MaximumReason).ToArray();

    public static NodeRefusal Decode(ReadOnlySpan<byte> payload)
    {
        PayloadReader reader = new(payload, "a refusal of a node");
        NodeRefusal refusal = new(
            new NodeKey(reader.String("cluster id"), reader.NodeId("node id")),
            (RefusalCode)reader.Byte("code"),
            reader.Text("reason", MaximumReason));
        reader.End();
        return refusal;
    }
}

/// <summary>The content of <see cref="FrameKind.Goodbye"/>: why the sender ends the connection.</summary>
internal sealed record Goodbye(RefusalCode Code, string Reason)
{
    public byte[] Encode() => new PayloadWriter().Byte((byte)Code).String(Reason, NodeRefusal.MaximumReason).ToArray();

    public static Goodbye Decode(ReadOnlySpan<byte> payload)
    {
        PayloadReader reader = new(payload, "a goodbye");
        Goodbye goodbye = new((RefusalCode)reader.Byte("code"), reader.Text("reason", NodeRefusal.MaximumReason));
        reader.End();
        return goodbye;
    }
}

/// <summary>The content of <see cref="FrameKind.Ping"/> and <see cref="FrameKind.Pong"/>: a number that the answer copies.</summary>
internal static class PingNumber
{
    public static byte[] Encode(long number)
    {
        byte[] payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        return payload;
    }

    public static long Decode(ReadOnlySpan<byte> payload) => payload.Length == sizeof(long)
        ? BinaryPrimitives.ReadInt64LittleEndian(payload)
        : throw new FrameException($"a ping has {payload.Length} bytes instead of {sizeof(long)}");
}

/// <summary>The content of <see cref="FrameKind.OpenLane"/>: the lane.</summary>
internal static class LaneRequest
{
    public static byte[] Encode(LaneKind lane) => [(byte)lane];

    public static LaneKind Decode(ReadOnlySpan<byte> payload) => payload.Length == 1
        ? (LaneKind)payload[0]
        : throw new FrameException($"a request for a lane has {payload.Length} bytes instead of 1");
}
