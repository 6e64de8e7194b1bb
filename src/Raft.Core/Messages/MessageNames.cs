using System.Text;

namespace Raft;

/// <summary>
/// Remembers the names in the messages of a connection: cluster, nodes, and descriptions of senders. Messages repeat them, and
/// <see cref="MessageCodec.TryRead(ReadOnlyMemory{byte}, MessageNames?, out RaftMessage?)"/> then allocates each only once.
/// </summary>
/// <remarks>
/// Not safe to use from several threads at once. It keeps at most 256 names and 64 descriptions, and none that is longer than 1,024 bytes,
/// whatever arrives.
/// </remarks>
public sealed class MessageNames
{
    private const int NameSlots = 256;
    private const int OriginSlots = 64;
    private const int LongestName = 1_024; // in bytes

    private readonly Name?[] _names = new Name?[NameSlots];
    private readonly MessageOrigin?[] _origins = new MessageOrigin?[OriginSlots];

    /// <summary>Reads the string that follows if it is known, or returns null and reads nothing.</summary>
    internal string? FindNext(ref MessageReader reader)
    {
        if (!reader.TryPeekString(out ReadOnlySpan<byte> utf8) || _names[SlotOf(utf8)] is not { } name || !utf8.SequenceEqual(name.Utf8))
        {
            return null;
        }

        reader.SkipString(utf8.Length);
        return name.Text;
    }

    /// <summary>Reads the node id that follows if it is known, or returns null and reads nothing.</summary>
    internal NodeId? FindNextNode(ref MessageReader reader)
    {
        if (!reader.TryPeekString(out ReadOnlySpan<byte> utf8)
            || _names[SlotOf(utf8)] is not { NodeId: { } nodeId } name
            || !utf8.SequenceEqual(name.Utf8))
        {
            return null;
        }

        reader.SkipString(utf8.Length);
        return nodeId;
    }

    /// <summary>Remembers a string that was read.</summary>
    internal void Add(string text)
    {
        if (text.Length == 0)
        {
            return; // a failed read returns it too, and there is nothing to share
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length > LongestName)
        {
            return;
        }

        bool isNodeId = !string.IsNullOrWhiteSpace(text) && text.Length <= Raft.NodeId.MaximumLength;
        _names[SlotOf(utf8)] = new Name(utf8, text, isNodeId ? new NodeId(text) : (NodeId?)null);
    }

    /// <summary>Returns the description with these parts, the same object as before if it is known.</summary>
    internal MessageOrigin Share(string clusterId, ClusterIdentity? identity, StoreIdentity? store, ulong optionsDigest)
    {
        if (clusterId.Length > LongestName)
        {
            return new MessageOrigin(clusterId, identity, store, optionsDigest);
        }

        ulong mixed = optionsDigest ^ (ulong)(store?.Opening ?? 0) ^ (ulong)(identity?.Hash ?? 0);
        ref MessageOrigin? slot = ref _origins[(int)((mixed ^ (mixed >> 32)) % OriginSlots)];
        if (slot is not { } known
            || known.ClusterId != clusterId || known.Identity != identity || known.Store != store || known.OptionsDigest != optionsDigest)
        {
            slot = known = new MessageOrigin(clusterId, identity, store, optionsDigest);
        }

        return known;
    }

    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2_166_136_261; // FNV-1a
        foreach (byte value in utf8)
        {
            hash = (hash ^ value) * 16_777_619;
        }

        return (int)((hash ^ (hash >> 16)) % NameSlots);
    }

    private sealed record Name(byte[] Utf8, string Text, NodeId? NodeId);
}
