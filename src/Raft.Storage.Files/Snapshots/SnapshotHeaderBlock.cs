using System.Buffers.Binary;
using System.IO.Hashing;

namespace Raft.Storage.Files;

/// <summary>
/// The start of a snapshot's file. The content follows, and then the <see cref="XxHash3"/> of the content. All numbers are little-endian:
/// <code>
///  0  8  magic: the bytes "RAFTSNAP"
///  8  4  format version: 1
/// 12  4  n, the length of the node's header
/// 16  8  last included index
/// 24  8  last included term
/// 32  8  length of the content
/// 40  n  the node's header
/// 40+n 8 XxHash3 of the bytes before
/// </code>
/// </summary>
internal static class SnapshotHeaderBlock
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>The size of a checksum, such as the one after the content.</summary>
    public const int ChecksumSize = sizeof(ulong);

    private const int VersionOffset = 8;
    private const int HeaderLengthOffset = 12;
    private const int IndexOffset = 16;
    private const int TermOffset = 24;
    private const int LengthOffset = 32;
    private const int HeaderOffset = 40;

    private static ReadOnlySpan<byte> Magic => "RAFTSNAP"u8;

    /// <summary>The size of the block, which is where the content starts.</summary>
    public static long Size(ReadOnlyMemory<byte> header) => (long)HeaderOffset + header.Length + ChecksumSize;

    /// <summary>The size of the whole file.</summary>
    public static long FileSize(SnapshotInfo snapshot) => Size(snapshot.Header) + snapshot.Length + ChecksumSize;

    /// <summary>Makes the block.</summary>
    public static byte[] Write(SnapshotInfo snapshot)
    {
        byte[] block = new byte[Size(snapshot.Header)];
        Magic.CopyTo(block);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(VersionOffset), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(HeaderLengthOffset), snapshot.Header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(IndexOffset), snapshot.LastIncludedIndex);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(TermOffset), snapshot.LastIncludedTerm);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(LengthOffset), snapshot.Length);
        snapshot.Header.Span.CopyTo(block.AsSpan(HeaderOffset));
        int hashed = block.Length - ChecksumSize;
        BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(hashed), XxHash3.HashToUInt64(block.AsSpan(0, hashed)));
        return block;
    }

    /// <summary>Whether a later version of the library has written a file.</summary>
    public static bool IsNewer(IDiskFile file)
    {
        Span<byte> start = stackalloc byte[HeaderLengthOffset];
        return file.Read(0, start) == start.Length && start.StartsWith(Magic)
            && BinaryPrimitives.ReadInt32LittleEndian(start[VersionOffset..]) > FormatVersion;
    }

    /// <summary>Reads and verifies the block, and verifies the length of the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="name">The index and term that its name states.</param>
    /// <exception cref="StorageCorruptedException">The block is damaged, or of a format that this version cannot read.</exception>
    public static SnapshotInfo Read(IDiskFile file, string path, SnapshotName name)
    {
        long fileSize = file.Length;
        Span<byte> start = stackalloc byte[HeaderOffset];
        if (file.Read(0, start) < HeaderOffset)
        {
            throw SnapshotDamage.Found(path, name, $"the file has {fileSize} bytes, less than the {HeaderOffset} bytes of a header");
        }

        if (!start.StartsWith(Magic))
        {
            throw SnapshotDamage.Found(path, name, "it does not start with the magic number of a snapshot");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(start[VersionOffset..]);
        if (version > FormatVersion)
        {
            throw SnapshotDamage.NewerFormat(path, version, FormatVersion);
        }

        int headerLength = BinaryPrimitives.ReadInt32LittleEndian(start[HeaderLengthOffset..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(start[LengthOffset..]);
        long rest = fileSize - HeaderOffset - (2 * ChecksumSize); // what header and content have for themselves
        if (version < 1 || headerLength < 0 || headerLength > rest || length != rest - headerLength)
        {
            throw SnapshotDamage.Found(
                path, name, $"version {version}, header length {headerLength} and content length {length} do not fit {fileSize} bytes");
        }

        byte[] block = new byte[HeaderOffset + headerLength + ChecksumSize];
        file.Read(0, block);
        int hashed = block.Length - ChecksumSize;
        if (XxHash3.HashToUInt64(block.AsSpan(0, hashed)) != BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(hashed)))
        {
            throw SnapshotDamage.Found(path, name, "the checksum of its header is wrong");
        }

        SnapshotName stated = new(
            BinaryPrimitives.ReadInt64LittleEndian(start[IndexOffset..]), BinaryPrimitives.ReadInt64LittleEndian(start[TermOffset..]));
        return stated == name
            ? new SnapshotInfo(stated.Index, stated.Term, block.AsMemory(HeaderOffset, headerLength), length)
            : throw SnapshotDamage.Found(path, name, $"it contains the snapshot up to index {stated.Index} of term {stated.Term}");
    }
}
