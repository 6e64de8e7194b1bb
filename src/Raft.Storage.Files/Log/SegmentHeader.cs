using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Raft.Storage.Files;

/// <summary>Where the synced part of a segment ends.</summary>
/// <param name="Number">The segment's number.</param>
/// <param name="Offset">The offset after its last group that is proven to have been synced.</param>
/// <param name="Checksum">The checksum of that group.</param>
internal readonly record struct SegmentEnd(long Number, long Offset, ulong Checksum);

/// <summary>The first bytes of a segment: whose it is, and where the log was before.</summary>
/// <param name="Number">The segment's number, which is its file name too.</param>
/// <param name="Store">The store, and the opening that wrote the segment.</param>
/// <param name="ClusterId">The cluster's name.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Previous">The segment before it; null for the first one of a store.</param>
internal sealed record SegmentHeader(long Number, StoreIdentity Store, string ClusterId, NodeId NodeId, SegmentEnd? Previous)
{
    private const ulong Magic = 0x0A31_474F_4C54_4652; // "RFTLOG1\n"
    private const int PreviousAt = 48;
    private const int PreviousSize = 24;
    private const int FixedSize = 88; // up to the text of the two ids, with their lengths
    private const int LargestSize = 1 << 20;

    /// <summary>
    /// The length of the file when the header was written, which was synced before. As the last segment, it is never shorter.
    /// </summary>
    public long FileLength { get; init; }

    /// <summary>The number of bytes, in whole sectors.</summary>
    public int Size => SizeFor(ClusterId, NodeId);

    /// <summary>The checksum of a header that was read: what the first group follows.</summary>
    public ulong Checksum { get; private init; }

    /// <summary>The number of bytes of the headers of a node.</summary>
    public static int SizeFor(string clusterId, NodeId nodeId) => (int)Layout.Padded(
        FixedSize + Encoding.UTF8.GetByteCount(clusterId) + Encoding.UTF8.GetByteCount(nodeId.Value) + sizeof(ulong));

    /// <summary>The checksum at the end of the bytes of a header.</summary>
    public static ulong ChecksumOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]);

    /// <summary>Its bytes.</summary>
    public byte[] Write()
    {
        int length = Size;
        byte[] bytes = new byte[length];
        FieldWriter writer = new(bytes);
        writer.WriteUInt64(Magic);
        writer.WriteInt32(Layout.Version);
        writer.WriteInt32(length);
        writer.WriteInt64(Number);
        writer.WriteInt64(Store.Opening);
        writer.WriteGuid(Store.Id);
        writer.WriteInt64(Previous?.Number ?? 0);
        writer.WriteInt64(Previous?.Offset ?? 0);
        writer.WriteUInt64(Previous?.Checksum ?? 0);
        writer.WriteInt64(FileLength);
        writer.WriteBytes(Encoding.UTF8.GetBytes(ClusterId));
        writer.WriteBytes(Encoding.UTF8.GetBytes(NodeId.Value));
        ulong checksum = XxHash3.HashToUInt64(bytes.AsSpan(0, length - sizeof(ulong)));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(length - sizeof(ulong)), checksum);
        return bytes;
    }

    /// <summary>How many bytes the header has that begins with these.</summary>
    /// <returns>Null if it is none.</returns>
    /// <exception cref="StorageCorruptedException">It is of another version of the format.</exception>
    public static int? Measure(ReadOnlySpan<byte> start, string path)
    {
        if (start.Length < Layout.Sector || BinaryPrimitives.ReadUInt64LittleEndian(start) != Magic)
        {
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
        bool isPlausible = length is >= Layout.Sector and <= LargestSize && length % Layout.Sector == 0;
        if (isPlausible && version > Layout.Version && version < 256)
        {
            throw new StorageCorruptedException(
                $"'{path}' has format version {version}, and this library reads version {Layout.Version}: a newer one wrote it. Update the "
                + "library, or give the node a folder of its own. If no newer version was used here, the file is damaged at offset 8: "
                + "restore the folder from a copy.");
        }

        return isPlausible && version == Layout.Version ? length : null;
    }

    /// <summary>Whether the first sector of a file states a previous segment, although the header is not valid.</summary>
    public static bool StatesPrevious(ReadOnlySpan<byte> sector) =>
        sector.Slice(PreviousAt, PreviousSize).IndexOfAnyExcept((byte)0) >= 0;

    /// <summary>Reads it.</summary>
    /// <param name="bytes">As many as <see cref="Measure"/> says.</param>
    /// <returns>Null if they are damaged or incomplete.</returns>
    public static SegmentHeader? Read(ReadOnlySpan<byte> bytes)
    {
        ulong checksum = ChecksumOf(bytes);
        if (XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) != checksum)
        {
            return null;
        }

        FieldReader reader = new(bytes[16..]);
        long number = reader.ReadInt64();
        long opening = reader.ReadInt64();
        Guid id = reader.ReadGuid();
        SegmentEnd previous = new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt64());
        long fileLength = reader.ReadInt64();
        string clusterId = reader.ReadString();
        NodeId nodeId = new(reader.ReadString());
        return new SegmentHeader(number, new StoreIdentity(id, opening), clusterId, nodeId, previous.Number == 0 ? null : previous)
        {
            FileLength = fileLength,
            Checksum = checksum,
        };
    }
}
