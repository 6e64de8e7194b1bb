using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>Writes the parts of a message one after another, into memory that is large enough.</summary>
internal ref struct MessageWriter(Span<byte> span)
{
    /// <summary>Refuses half of a surrogate pair instead of replacing it: an id must be read as it was written.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Span<byte> _span = span;

    /// <summary>The number of written bytes.</summary>
    public int Position { get; private set; }

    /// <summary>Returns the number of bytes of a string and its length prefix.</summary>
    /// <exception cref="ArgumentException">It is not valid UTF-16, or too long.</exception>
    public static int Measure(string value, string what)
    {
        int length = StrictUtf8.GetByteCount(value);
        return length <= ushort.MaxValue
            ? sizeof(ushort) + length
            : throw new ArgumentException($"The {what} has {length} bytes, but a message has space for {ushort.MaxValue}.", nameof(value));
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

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_span[Position..], value);
        Position += sizeof(ulong);
    }

    /// <summary>Writes an id of 16 bytes.</summary>
    public void WriteGuid(Guid value)
    {
        value.TryWriteBytes(_span[Position..]);
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
