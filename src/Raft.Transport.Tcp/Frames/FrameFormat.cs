using System.Buffers.Binary;

namespace Raft.Transport.Tcp;

/// <summary>
/// The head of a frame: the length of its payload (4 bytes), its kind (1 byte) and, without TLS, a CRC-32C of the five bytes before and of
/// the payload (4 bytes). <c>docs/wire-format.md</c> describes it.
/// </summary>
internal static class FrameFormat
{
    public const int KindOffset = sizeof(uint);
    public const int ChecksumOffset = KindOffset + sizeof(byte);
    public const int ChecksumSize = sizeof(uint);

    /// <summary>The longest payload of a frame that is not a message.</summary>
    public const int MaximumControlLength = 128 * 1_024;

    public static int HeadSize(bool hasChecksum) => ChecksumOffset + (hasChecksum ? ChecksumSize : 0);

    public static bool IsKnown(FrameKind kind) =>
        kind is (>= FrameKind.Announce and <= FrameKind.OpenLane) or FrameKind.Message or FrameKind.MessageWithData;

    public static bool IsMessage(FrameKind kind) => kind is FrameKind.Message or FrameKind.MessageWithData;

    /// <summary>Writes length and kind.</summary>
    public static void WriteHead(Span<byte> head, int length, FrameKind kind)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)length);
        head[KindOffset] = (byte)kind;
    }

    /// <summary>The state of the checksum after length and kind.</summary>
    public static uint BeginChecksum(ReadOnlySpan<byte> head) => Crc32C.Append(Crc32C.Start, head[..ChecksumOffset]);
}
