using System.Buffers.Binary;
using Raft.Testing;

namespace Raft.Storage.Files.Crash;

/// <summary>The header and content of a snapshot, which follow from its index.</summary>
internal static class SnapshotContent
{
    private const int LongestContent = 200_000;

    public static byte[] HeaderOf(long index)
    {
        byte[] header = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(header, index);
        return header;
    }

    public static byte[] Of(long index)
    {
        SeededRandom random = new((ulong)index);
        byte[] content = new byte[random.Next(LongestContent)];
        for (int i = 0; i + sizeof(ulong) <= content.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(i), random.NextUInt64());
        }

        return content;
    }

    /// <summary>Writes a snapshot and commits it.</summary>
    public static async Task WriteAsync(ISnapshotStore store, long index, long term)
    {
        ISnapshotWriter writer = await store.CreateAsync(index, term, HeaderOf(index), CancellationToken.None);
        await using (writer)
        {
            await writer.Stream.WriteAsync(Of(index));
            await writer.CommitAsync(CancellationToken.None);
        }
    }

    /// <summary>Whether a stored snapshot has the header and the content of its index.</summary>
    public static async Task<bool> IsIntactAsync(ISnapshotStore store, SnapshotInfo snapshot)
    {
        Stream stream = await store.OpenReadAsync(snapshot, CancellationToken.None);
        await using (stream)
        {
            using MemoryStream content = new();
            await stream.CopyToAsync(content);
            return snapshot.Header.Span.SequenceEqual(HeaderOf(snapshot.LastIncludedIndex))
                && content.ToArray().AsSpan().SequenceEqual(Of(snapshot.LastIncludedIndex));
        }
    }
}
