using System.Buffers.Binary;
using System.IO.Hashing;

namespace Raft.Storage.Files;

/// <summary>
/// The first bytes of a group: where it is, what it does to the log, and the checksum of all of it. A group is written and synced at once,
/// so it is there completely or not at all.
/// </summary>
internal record struct GroupHead
{
    /// <summary>The number of bytes.</summary>
    public const int Size = 104;

    private const uint Magic = 0x5055_5247; // "GRUP"
    private const int ChecksumAt = 8;
    private const int CheckedFrom = 16;
    private const int HasHardStateFlag = 1;
    private const int IsFirstFlag = 2;

    /// <summary>The number of bytes of the group, without what fills its last sector.</summary>
    public int Length { get; set; }

    /// <summary>The number of the segment that it is in.</summary>
    public long Segment { get; set; }

    /// <summary>The opening of the store that wrote it.</summary>
    public long Opening { get; set; }

    /// <summary>Its offset in the segment.</summary>
    public long Offset { get; set; }

    /// <summary>The checksum of the group before it; of the segment's header if it is the first one.</summary>
    public ulong PreviousChecksum { get; set; }

    /// <summary>Its entries replace everything from this index on. After the last entry if it has none.</summary>
    public long FirstIndex { get; set; }

    /// <summary>The term of the entry before <see cref="FirstIndex"/>.</summary>
    public long PreviousTerm { get; set; }

    /// <summary>Everything up to this index was compacted, or is replaced by a snapshot.</summary>
    public long StartIndex { get; set; }

    /// <summary>The term of the entry at <see cref="StartIndex"/>.</summary>
    public long StartTerm { get; set; }

    /// <summary>The commit index of the node.</summary>
    public long CommitIndex { get; set; }

    /// <summary>The number of entries.</summary>
    public int Count { get; set; }

    /// <summary>Whether a hard state comes before the entries.</summary>
    public bool HasHardState { get; set; }

    /// <summary>Whether it is the first group of its segment, and so was written together with the header.</summary>
    public bool IsFirst { get; set; }

    /// <summary>The checksum of the group.</summary>
    public ulong Checksum { get; private set; }

    /// <summary>The index of its last entry; the one before <see cref="FirstIndex"/> if it has none.</summary>
    public readonly long LastIndex => FirstIndex + Count - 1;

    /// <summary>The offset after it, in whole sectors.</summary>
    public readonly long End => Offset + Layout.Padded(Length);

    /// <summary>Completes a group whose other bytes are written.</summary>
    /// <param name="group">All its bytes.</param>
    public void Seal(Span<byte> group)
    {
        FieldWriter writer = new(group);
        writer.WriteInt32(unchecked((int)Magic));
        writer.WriteInt32(Length);
        writer.WriteUInt64(0); // the checksum
        writer.WriteInt64(Segment);
        writer.WriteInt64(Opening);
        writer.WriteInt64(Offset);
        writer.WriteUInt64(PreviousChecksum);
        writer.WriteInt64(FirstIndex);
        writer.WriteInt64(PreviousTerm);
        writer.WriteInt64(StartIndex);
        writer.WriteInt64(StartTerm);
        writer.WriteInt64(CommitIndex);
        writer.WriteInt32(Count);
        writer.WriteInt32((HasHardState ? HasHardStateFlag : 0) | (IsFirst ? IsFirstFlag : 0));
        writer.WriteInt64(0); // reserved
        Checksum = XxHash3.HashToUInt64(group[CheckedFrom..Length]);
        BinaryPrimitives.WriteUInt64LittleEndian(group[ChecksumAt..], Checksum);
    }

    /// <summary>Reads the head alone, which nothing vouches for until <see cref="IsSound"/> says so.</summary>
    /// <returns>False if no group of this segment can begin with these bytes at this offset.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long segment, long offset, out GroupHead head)
    {
        head = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            return false;
        }

        FieldReader reader = new(bytes[sizeof(uint)..]);
        head = new GroupHead
        {
            Length = reader.ReadInt32(),
            Checksum = reader.ReadUInt64(),
            Segment = reader.ReadInt64(),
            Opening = reader.ReadInt64(),
            Offset = reader.ReadInt64(),
            PreviousChecksum = reader.ReadUInt64(),
            FirstIndex = reader.ReadInt64(),
            PreviousTerm = reader.ReadInt64(),
            StartIndex = reader.ReadInt64(),
            StartTerm = reader.ReadInt64(),
            CommitIndex = reader.ReadInt64(),
            Count = reader.ReadInt32(),
        };
        int flags = reader.ReadInt32();
        head.HasHardState = (flags & HasHardStateFlag) != 0;
        head.IsFirst = (flags & IsFirstFlag) != 0;
        return head.Length >= Size && head.Segment == segment && head.Offset == offset;
    }

    /// <summary>Whether the bytes of a group are what was written.</summary>
    public readonly bool IsSound(ReadOnlySpan<byte> group) => XxHash3.HashToUInt64(group[CheckedFrom..Length]) == Checksum;
}
