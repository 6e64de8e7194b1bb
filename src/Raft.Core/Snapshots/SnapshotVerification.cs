using System.Buffers;

namespace Raft;

/// <summary>Verifies the checksum of stored snapshots.</summary>
internal static class SnapshotVerification
{
    private const int BufferSize = 64 << 10;

    /// <summary>Reads the checksum at the end of the content of a snapshot.</summary>
    /// <exception cref="StorageCorruptedException">The content is too short, or does not have the length that was written.</exception>
    public static async ValueTask<UInt128> ReadChecksumAsync(Stream content, SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Length < SnapshotChecksum.Size)
        {
            throw Corrupted(snapshot, $"its content has {snapshot.Length} bytes, too few for a checksum");
        }

        if (content.Length != snapshot.Length)
        {
            throw Corrupted(snapshot, $"its content has {content.Length} bytes where {snapshot.Length} were written");
        }

        byte[] trailer = new byte[SnapshotChecksum.Size];
        content.Position = snapshot.Length - SnapshotChecksum.Size;
        await content.ReadExactlyAsync(trailer, cancellationToken).ConfigureAwait(false);
        return SnapshotChecksum.Read(trailer);
    }

    /// <summary>Reads a whole snapshot, compares it with its checksum, and returns to its start.</summary>
    /// <param name="content">The content.</param>
    /// <param name="snapshot">Its description.</param>
    /// <param name="advanced">Called after each part that was read.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="StorageCorruptedException">It does not match its checksum.</exception>
    public static async ValueTask VerifyAsync(
        Stream content, SnapshotInfo snapshot, Action advanced, CancellationToken cancellationToken)
    {
        UInt128 stored = await ReadChecksumAsync(content, snapshot, cancellationToken).ConfigureAwait(false);
        using SnapshotChecksum checksum = new(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, snapshot.Header.Span);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            content.Position = 0;
            for (long left = snapshot.Length - SnapshotChecksum.Size; left > 0;)
            {
                Memory<byte> part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
                await content.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
                checksum.Append(part.Span);
                left -= part.Length;
                advanced();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (checksum.Finish() != stored)
        {
            throw Corrupted(snapshot, "its checksum is wrong");
        }

        content.Position = 0;
    }

    private static StorageCorruptedException Corrupted(SnapshotInfo snapshot, string why) => new(
        $"The snapshot up to index {snapshot.LastIncludedIndex} is damaged: {why}. Restore the snapshot from a copy. "
        + "Without a copy, empty the node's stores and start it while all other nodes run: the leader sends it everything.");
}
