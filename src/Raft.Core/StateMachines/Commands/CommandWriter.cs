using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>
/// Writes the parts of a command. Whole numbers take 1 to 10 bytes, 1 for values from -64 to 63; other numbers are little-endian. Generated
/// codecs use it.
/// </summary>
/// <param name="output">Where to write.</param>
public ref struct CommandWriter(IBufferWriter<byte> output)
{
    /// <summary>How many values may contain each other, apart from the outermost one.</summary>
    internal const int MaximumDepth = 64;

    private readonly IBufferWriter<byte> _output = output ?? throw new ArgumentNullException(nameof(output));
    private int _depth;

    /// <summary>Writes which of several types follows, and in which version.</summary>
    /// <param name="tag">The number of the type.</param>
    /// <param name="name">Its name, for nodes that do not know it.</param>
    /// <param name="version">Its version.</param>
    public readonly void WriteHeader(int tag, string name, int version)
    {
        WriteCount(tag);
        WriteString(name);
        WriteCount(version);
    }

    /// <summary>Writes a value that is a part of this one, with the codec of its type.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="codec">The codec.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">It is nested more than 64 levels deep.</exception>
    public void WriteNested<T>(CommandCodec<T> codec, T value)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (_depth == MaximumDepth)
        {
            throw new ArgumentException(
                $"This {typeof(T).Name} is nested more than {MaximumDepth} levels deep. Put such values into a list.",
                nameof(value));
        }

        _depth++;
        codec.WriteTo(ref this, value);
        _depth--;
    }

    /// <summary>Writes a number that is not negative, such as a version or a number of elements.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteCount(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        WriteUInt64((ulong)value);
    }

    /// <summary>Writes a whole number without sign, of any size.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteUInt64(ulong value)
    {
        Span<byte> span = _output.GetSpan(10);
        int length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        _output.Advance(length);
    }

    /// <summary>Writes a whole number, of any size.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteInt64(long value) => WriteUInt64((ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Writes a truth value, as one byte.</summary>
    /// <param name="value">The value.</param>
    public readonly void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Writes a byte.</summary>
    /// <param name="value">The byte.</param>
    public readonly void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    /// <summary>Writes a character.</summary>
    /// <param name="value">The character.</param>
    public readonly void WriteChar(char value) => WriteUInt64(value);

    /// <summary>Writes a number with single precision, as 4 bytes.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteSingle(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_output.GetSpan(sizeof(float)), value);
        _output.Advance(sizeof(float));
    }

    /// <summary>Writes a number with double precision, as 8 bytes.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_output.GetSpan(sizeof(double)), value);
        _output.Advance(sizeof(double));
    }

    /// <summary>Writes a decimal number, as 16 bytes, with its scale.</summary>
    /// <param name="value">The number.</param>
    public readonly void WriteDecimal(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        Span<byte> span = _output.GetSpan(sizeof(decimal));
        for (int part = 0; part < parts.Length; part++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[(part * sizeof(int))..], parts[part]);
        }

        _output.Advance(sizeof(decimal));
    }

    /// <summary>Writes a string as UTF-8, after its length.</summary>
    /// <param name="value">The string.</param>
    /// <exception cref="ArgumentException">It contains half of a surrogate pair, which UTF-8 cannot express.</exception>
    public readonly void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = StrictUtf8.GetByteCount(value);
        WriteCount(length);
        StrictUtf8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
    }

    /// <summary>Writes bytes, after their number.</summary>
    /// <param name="value">The bytes.</param>
    public readonly void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteCount(value.Length);
        _output.Write(value);
    }

    /// <summary>Writes a GUID, as 16 bytes in the order of its text.</summary>
    /// <param name="value">The GUID.</param>
    public readonly void WriteGuid(Guid value)
    {
        value.TryWriteBytes(_output.GetSpan(16), bigEndian: true, out int written);
        _output.Advance(written);
    }

    /// <summary>Writes a time with its kind, as 8 bytes. A local time is not converted: it means another one elsewhere.</summary>
    /// <param name="value">The time.</param>
    public readonly void WriteDateTime(DateTime value) => WriteFixed((ulong)value.Ticks | ((ulong)value.Kind << 62));

    /// <summary>Writes a time with its offset.</summary>
    /// <param name="value">The time.</param>
    public readonly void WriteDateTimeOffset(DateTimeOffset value)
    {
        WriteFixed((ulong)value.Ticks);
        WriteInt64(value.TotalOffsetMinutes);
    }

    /// <summary>Writes a duration.</summary>
    /// <param name="value">The duration.</param>
    public readonly void WriteTimeSpan(TimeSpan value) => WriteInt64(value.Ticks);

    /// <summary>Writes a date.</summary>
    /// <param name="value">The date.</param>
    public readonly void WriteDateOnly(DateOnly value) => WriteCount(value.DayNumber);

    /// <summary>Writes a time of day.</summary>
    /// <param name="value">The time.</param>
    public readonly void WriteTimeOnly(TimeOnly value) => WriteUInt64((ulong)value.Ticks);

    private static UTF8Encoding StrictUtf8 => CommandReader.StrictUtf8;

    private readonly void WriteFixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_output.GetSpan(sizeof(ulong)), value);
        _output.Advance(sizeof(ulong));
    }
}
