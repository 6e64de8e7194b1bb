using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>Writes the parts of a message one after another into memory that is known to be large enough.</summary>
internal ref struct MessageWriter(Span<byte> span)
{
    /// <summary>Refuses half of a surrogate pair instead of replacing it: an id must come out as it went in.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Span<byte> _span = span;

    /// <summary>How many bytes were written.</summary>
    public int Position { get; private set; }

    /// <summary>The bytes of a string and its length in front.</summary>
    /// <exception cref="ArgumentException">It is no valid UTF-16, or too long.</exception>
    public static int Measure(string value, string what)
    {
        int length = StrictUtf8.GetByteCount(value);
        return length <= ushort.MaxValue
            ? sizeof(ushort) + length
            : throw new ArgumentException($"The {what} takes {length} bytes; a message has room for {ushort.MaxValue}.", nameof(value));
    }

    public void WriteByte(byte value) => _span[Position++] = value;

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_span[Position..]);
        Position += value.Length;
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_span[Position..], value);
        Position += sizeof(long);
    }

    public void WriteUInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(_span[Position..], value);
        Position += 2 * sizeof(long);
    }

    public void WriteCount(int value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_span[Position..], (uint)value);
        Position += sizeof(uint);
    }

    public void WriteString(string value)
    {
        int length = StrictUtf8.GetBytes(value, _span[(Position + sizeof(ushort))..]);
        BinaryPrimitives.WriteUInt16LittleEndian(_span[Position..], (ushort)length);
        Position += sizeof(ushort) + length;
    }
}
