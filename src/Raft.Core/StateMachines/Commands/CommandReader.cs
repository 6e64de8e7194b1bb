using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>Reads back what <see cref="CommandWriter"/> wrote. Generated codecs use it.</summary>
/// <param name="data">The bytes. They must not change; byte arrays are copied, and memory refers to them.</param>
/// <remarks>All methods throw a <see cref="FormatException"/> if the bytes end too early or have no such value.</remarks>
public ref struct CommandReader(ReadOnlyMemory<byte> data)
{
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// How many values may contain each other, apart from the outermost one. It is the same on every node: what one node reads, all
    /// others read. It is larger than what <see cref="CommandWriter"/> writes, so that the limit for writing can be raised or lowered while
    /// logs with other values exist.
    /// </summary>
    internal const int MaximumDepth = 256;

    private readonly int _maximumDepth = MaximumDepth;
    private int _position;
    private int _depth;

    internal CommandReader(ReadOnlyMemory<byte> data, int maximumDepth)
        : this(data) => _maximumDepth = maximumDepth;

    /// <summary>Reads which of several types follows, and in which version.</summary>
    /// <param name="tag">The number of the type.</param>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    public void ReadHeader(out int tag, out string name, out int version)
    {
        tag = ReadCount();
        name = ReadString();
        version = ReadCount();
    }

    /// <summary>Reads a version that this program must know.</summary>
    /// <param name="name">The name of the type.</param>
    /// <param name="known">The latest version that this program knows.</param>
    /// <returns>The version.</returns>
    /// <exception cref="UnknownCommandException">It is a later one.</exception>
    public int ReadVersion(string name, int known)
    {
        int version = ReadCount();
        CheckVersion(name, version, known);
        return version;
    }

    /// <summary>Checks that this program knows a version.</summary>
    /// <param name="name">The name of the type.</param>
    /// <param name="version">The version that was read.</param>
    /// <param name="known">The latest version that this program knows.</param>
    /// <exception cref="UnknownCommandException">It is a later one.</exception>
    public static void CheckVersion(string name, int version, int known)
    {
        if (version > known)
        {
            throw new UnknownCommandException(name, version, known);
        }

        if (version < 1)
        {
            throw new FormatException($"Versions of '{name}' start at 1, and this one is {version}.");
        }
    }

    /// <summary>Reads a number that is not negative.</summary>
    /// <returns>The number.</returns>
    public int ReadCount() => ReadUInt64() is <= int.MaxValue and var value
        ? (int)value
        : throw new FormatException($"The number before byte {_position} is too large.");

    /// <summary>
    /// Reads the number of elements that follow. At least as many bytes follow, and an element takes at least one. An element may take
    /// much more memory than its bytes, so do not reserve memory for all of them before they are read.
    /// </summary>
    /// <returns>The number.</returns>
    public int ReadLength()
    {
        int length = ReadCount();
        int left = data.Length - _position;
        return length <= left
            ? length
            : throw new FormatException($"At byte {_position} at least {length} more bytes are expected, and there are {left}.");
    }

    /// <summary>Reads a value that is a part of this one, with the codec of its type.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="codec">The codec.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FormatException">
    /// It is nested more than 256 levels deep; in bytes that are being proposed to a state machine whose codec is a
    /// <see cref="CommandCodec{T}"/>, more than the 64 levels that are written.
    /// </exception>
    public T ReadNested<T>(CommandCodec<T> codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (_depth == _maximumDepth)
        {
            throw new FormatException($"The value at byte {_position} is nested more than {_maximumDepth} levels deep.");
        }

        _depth++;
        T value = codec.ReadFrom(ref this);
        _depth--;
        return value;
    }

    /// <summary>Reads a whole number without sign. Only its shortest form is accepted, so that equal values have equal bytes.</summary>
    /// <returns>The number.</returns>
    public ulong ReadUInt64()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = ReadByte();
            if (shift == 63 && part > 1)
            {
                break;
            }

            if (part == 0 && shift > 0)
            {
                throw new FormatException($"The number before byte {_position} is longer than it needs to be.");
            }

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException($"The number before byte {_position} has more than 64 bits.");
    }

    /// <summary>Reads a whole number.</summary>
    /// <returns>The number.</returns>
    public long ReadInt64()
    {
        ulong value = ReadUInt64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a truth value.</summary>
    /// <returns>The value.</returns>
    public bool ReadBoolean() => ReadByte() switch
    {
        0 => false,
        1 => true,
        byte other => throw new FormatException($"Byte {_position - 1} is {other}, and a truth value is 0 or 1."),
    };

    /// <summary>Reads a byte.</summary>
    /// <returns>The byte.</returns>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads a character.</summary>
    /// <returns>The character.</returns>
    public char ReadChar() => ReadUInt64() is <= char.MaxValue and var value
        ? (char)value
        : throw new FormatException($"The bytes before byte {_position} are not a character.");

    /// <summary>Reads a number with single precision.</summary>
    /// <returns>The number.</returns>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    /// <summary>Reads a number with double precision.</summary>
    /// <returns>The number.</returns>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>Reads a decimal number.</summary>
    /// <returns>The number.</returns>
    public decimal ReadDecimal()
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(decimal));
        Span<int> parts = stackalloc int[4];
        for (int part = 0; part < parts.Length; part++)
        {
            parts[part] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(part * sizeof(int))..]);
        }

        try
        {
            return new decimal(parts);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"The bytes before byte {_position} are not a decimal number.", exception);
        }
    }

    /// <summary>Reads a string.</summary>
    /// <returns>The string.</returns>
    public string ReadString()
    {
        int length = ReadLength();
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"The bytes before byte {_position} are not UTF-8.", exception);
        }
    }

    /// <summary>Reads bytes into an array of their own.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ReadBytes() => Take(ReadLength()).ToArray();

    /// <summary>Reads bytes without copying them.</summary>
    /// <returns>The bytes.</returns>
    public ReadOnlyMemory<byte> ReadMemory()
    {
        int length = ReadLength();
        _ = Take(length);
        return data.Slice(_position - length, length);
    }

    /// <summary>Reads a GUID.</summary>
    /// <returns>The GUID.</returns>
    public Guid ReadGuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads a time with its kind.</summary>
    /// <returns>The time.</returns>
    public DateTime ReadDateTime()
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
        long ticks = (long)(value & ~(3UL << 62));
        return ticks <= DateTime.MaxValue.Ticks && value >> 62 <= (ulong)DateTimeKind.Local
            ? new DateTime(ticks, (DateTimeKind)(value >> 62))
            : throw new FormatException($"The bytes before byte {_position} are not a time.");
    }

    /// <summary>Reads a time with its offset.</summary>
    /// <returns>The time.</returns>
    public DateTimeOffset ReadDateTimeOffset()
    {
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        long minutes = ReadInt64();
        try
        {
            return new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes));
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new FormatException($"The bytes before byte {_position} are not a time with an offset.", exception);
        }
    }

    /// <summary>Reads a duration.</summary>
    /// <returns>The duration.</returns>
    public TimeSpan ReadTimeSpan() => new(ReadInt64());

    /// <summary>Reads a date.</summary>
    /// <returns>The date.</returns>
    public DateOnly ReadDateOnly()
    {
        int day = ReadCount();
        return day <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber(day)
            : throw new FormatException($"The bytes before byte {_position} are not a date.");
    }

    /// <summary>Reads a time of day.</summary>
    /// <returns>The time.</returns>
    public TimeOnly ReadTimeOnly()
    {
        ulong ticks = ReadUInt64();
        return ticks <= (ulong)TimeOnly.MaxValue.Ticks
            ? new TimeOnly((long)ticks)
            : throw new FormatException($"The bytes before byte {_position} are not a time of day.");
    }

    /// <summary>Checks that nothing is left.</summary>
    /// <exception cref="FormatException">More bytes follow.</exception>
    public readonly void ThrowIfNotAtEnd()
    {
        if (_position != data.Length)
        {
            throw new FormatException($"The value ends at byte {_position}, but there are {data.Length} bytes.");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > data.Length - _position)
        {
            throw new FormatException($"At byte {_position} {length} more bytes are expected, and there are {data.Length - _position}.");
        }

        _position += length;
        return data.Span.Slice(_position - length, length);
    }
}
