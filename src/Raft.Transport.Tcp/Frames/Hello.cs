using System.Buffers.Binary;

namespace Raft.Transport.Tcp;

/// <summary>The versions of the protocol that a process speaks.</summary>
internal readonly record struct VersionRange(byte Lowest, byte Highest)
{
    /// <summary>What this version of the library speaks.</summary>
    public static VersionRange Supported => new(1, 1);

    /// <summary>The highest version that both speak; null if there is none.</summary>
    public byte? Agree(VersionRange other)
    {
        byte version = Math.Min(Highest, other.Highest);
        return version >= Math.Max(Lowest, other.Lowest) ? version : null;
    }

    public override string ToString() => Lowest == Highest ? $"{Lowest}" : $"{Lowest} to {Highest}";
}

/// <summary>
/// The first bytes of each side of a connection. The first eight bytes and the checksum are the same in all versions; fields that a later
/// version adds at the end are ignored.
/// </summary>
internal sealed record Hello
{
    /// <summary>Magic number, lowest and highest version, length of the rest.</summary>
    public const int HeadSize = 8;

    /// <summary>The longest rest, without the checksum.</summary>
    public const int MaximumRest = 4_096;

    private const int LengthOffset = 6;
    private const int MaximumAddress = 300;

    public required VersionRange Versions { get; init; }

    /// <summary>Why the sender refuses the connection; then all that follows is the reason.</summary>
    public RefusalCode Refusal { get; init; }

    public string Reason { get; init; } = string.Empty;

    /// <summary>The process: drawn when the network is created.</summary>
    public Guid Process { get; init; }

    /// <summary>When it was created: UTC, in ticks. For diagnosis only.</summary>
    public long StartedAt { get; init; }

    /// <summary>The number of the connection among those that its dialler has dialled.</summary>
    public long DialNumber { get; init; }

    public LaneKind Lane { get; init; }

    /// <summary>The longest payload of a frame that the sender accepts.</summary>
    public int MaximumFrame { get; init; }

    /// <summary>The address at which others reach the sender; empty if there is none.</summary>
    public string Address { get; init; } = string.Empty;

    /// <summary>The address that was dialled; empty from the side that was dialled.</summary>
    public string DialledAddress { get; init; } = string.Empty;

    private static ReadOnlySpan<byte> Magic => "RFTC"u8;

    public static Hello Refuse(VersionRange versions, RefusalCode code, string reason) =>
        new() { Versions = versions, Refusal = code, Reason = reason };

    public byte[] Encode()
    {
        PayloadWriter writer = new PayloadWriter().Byte((byte)Refusal);
        byte[] rest = Refusal == RefusalCode.None
            ? writer.Guid(Process).Int64(StartedAt).Int64(DialNumber).Byte((byte)Lane).Int32(MaximumFrame)
                .String(Address, MaximumAddress).String(DialledAddress, MaximumAddress).ToArray()
            : writer.String(Reason, NodeRefusal.MaximumReason).ToArray();
        byte[] bytes = new byte[HeadSize + rest.Length + sizeof(uint)];
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = Versions.Lowest;
        bytes[Magic.Length + 1] = Versions.Highest;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(LengthOffset), (ushort)rest.Length);
        rest.CopyTo(bytes, HeadSize);
        int covered = HeadSize + rest.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(covered), Crc32C.Compute(bytes.AsSpan(0, covered)));
        return bytes;
    }

    /// <summary>Checks the first eight bytes, and returns how many follow.</summary>
    /// <exception cref="FrameException">They are not the start of a handshake.</exception>
    public static int ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith(Magic))
        {
            throw new FrameException(head[0] is 0x15 or 0x16 && head[1] == 3
                ? "it speaks TLS, and this process does not: set the certificates of both, or of neither"
                : $"it does not speak the protocol of this library: its first bytes are {Convert.ToHexStringLower(head)}");
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(head[LengthOffset..]);
        return length <= MaximumRest
            ? length + sizeof(uint)
            : throw new FrameException($"its handshake has {length} bytes, more than the {MaximumRest} that are allowed");
    }

    /// <summary>Reads a whole handshake.</summary>
    /// <exception cref="FrameException">It cannot be read.</exception>
    public static Hello Decode(ReadOnlySpan<byte> bytes)
    {
        int covered = bytes.Length - sizeof(uint);
        if (Crc32C.Compute(bytes[..covered]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[covered..]))
        {
            throw new FrameException("the checksum of its handshake is wrong");
        }

        VersionRange versions = new(bytes[Magic.Length], bytes[Magic.Length + 1]);
        PayloadReader reader = new(bytes[HeadSize..covered], "its handshake");
        RefusalCode refusal = (RefusalCode)reader.Byte("refusal");
        if (refusal != RefusalCode.None)
        {
            return Refuse(versions, refusal, reader.Text("reason", NodeRefusal.MaximumReason));
        }

        return new Hello
        {
            Versions = versions,
            Process = reader.Guid("process"),
            StartedAt = reader.Int64("start"),
            DialNumber = reader.Int64("number of the dial"),
            Lane = (LaneKind)reader.Byte("lane"),
            MaximumFrame = reader.Int32("longest frame"),
            Address = reader.Text("address", MaximumAddress),
            DialledAddress = reader.Text("dialled address", MaximumAddress),
        };
    }
}
