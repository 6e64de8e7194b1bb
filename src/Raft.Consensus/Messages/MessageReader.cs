using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Raft;

/// <summary>
/// Reads the parts of a message one after another. The first problem is kept and ends the reading: every later read returns a default
/// value. A caller therefore checks <see cref="Failed"/> only where it would loop or allocate, and at the end. Invalid bytes from a
/// network then cause no exception unless the caller throws one.
/// </summary>
internal ref struct MessageReader(ReadOnlyMemory<byte> data)
{
    private readonly ReadOnlyMemory<byte> _data = data;
    private readonly ReadOnlySpan<byte> _span = data.Span;
    private int _position;
    private string? _problem;

    public readonly bool Failed => _problem is not null;

    /// <summary>The first problem and its position. Only after a failure.</summary>
    public readonly string Problem => $"{_problem} (at byte {ProblemOffset} of {_span.Length})";

    public int ProblemOffset { get; private set; }

    /// <summary>The position of the next read; the end after a failure.</summary>
    public readonly int Position => _position;

    public readonly int Remaining => _span.Length - _position;

    public byte ReadByte(string what)
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(byte), what);
        return Failed ? default : bytes[0];
    }

    /// <summary>Reads a number of 4 bytes that must not be negative.</summary>
    public int ReadInt32(string what)
    {
        int start = _position;
        ReadOnlySpan<byte> bytes = Take(sizeof(int), what);
        int value = Failed ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (value < 0)
        {
            Fail(start, $"the {what} is {value}, but numbers in a message must not be negative");
            return 0;
        }

        return value;
    }

    /// <summary>Reads a number of 8 bytes that must not be negative.</summary>
    public long ReadInt64(string what)
    {
        int start = _position;
        ReadOnlySpan<byte> bytes = Take(sizeof(long), what);
        if (Failed)
        {
            return 0;
        }

        long value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (value < 0)
        {
            Fail(start, $"the {what} is {value}, but numbers in a message must not be negative");
            return 0;
        }

        return value;
    }

    public ushort ReadUInt16(string what)
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(ushort), what);
        return Failed ? default : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>Reads an id of 16 bytes.</summary>
    public Guid ReadGuid(string what)
    {
        ReadOnlySpan<byte> bytes = Take(2 * sizeof(long), what);
        return Failed ? default : new Guid(bytes);
    }

    /// <summary>Reads a number of 8 bytes, of which each bit pattern is one.</summary>
    public ulong ReadUInt64(string what)
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(ulong), what);
        return Failed ? default : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Reads a number of 16 bytes.</summary>
    public UInt128 ReadUInt128(string what)
    {
        ReadOnlySpan<byte> bytes = Take(2 * sizeof(long), what);
        return Failed ? default : BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    /// <summary>
    /// Reads the number of items that follow, each of at least <paramref name="minimumSize"/> bytes. The result is limited by the
    /// remaining bytes, so memory for the items is proportional to the input.
    /// </summary>
    public int ReadCount(int minimumSize, string what)
    {
        int start = _position;
        ReadOnlySpan<byte> bytes = Take(sizeof(uint), what);
        if (Failed)
        {
            return 0;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (count > (uint)(Remaining / minimumSize))
        {
            Fail(start, $"the {what} is {count}, but only {Remaining} bytes follow");
            return 0;
        }

        return (int)count;
    }

    /// <summary>Reads a length and as many bytes; returns a slice, not a copy.</summary>
    public ReadOnlyMemory<byte> ReadData(string what)
    {
        int length = ReadCount(1, what);
        ReadOnlyMemory<byte> slice = _data.Slice(_position, length); // after a failure: empty, at the end
        _position += length;
        return slice;
    }

    /// <summary>Finds the bytes of the string that follows, without reading or checking it.</summary>
    /// <returns>Whether a complete string follows. Never after a failure.</returns>
    public readonly bool TryPeekString(out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        ReadOnlySpan<byte> rest = _span[_position..];
        if (Failed || rest.Length < sizeof(ushort))
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length > rest.Length - sizeof(ushort))
        {
            return false;
        }

        utf8 = rest.Slice(sizeof(ushort), length);
        return true;
    }

    /// <summary>Skips the string that <see cref="TryPeekString"/> has returned.</summary>
    public void SkipString(int length) => _position += sizeof(ushort) + length;

    public string ReadString(string what)
    {
        int start = _position;
        ReadOnlySpan<byte> prefix = Take(sizeof(ushort), what);
        if (Failed)
        {
            return string.Empty;
        }

        ReadOnlySpan<byte> utf8 = Take(BinaryPrimitives.ReadUInt16LittleEndian(prefix), what);
        if (Failed)
        {
            return string.Empty;
        }

        if (!Utf8.IsValid(utf8))
        {
            Fail(start, $"the {what} is not valid UTF-8");
            return string.Empty;
        }

        return Encoding.UTF8.GetString(utf8);
    }

    public NodeId ReadNodeId(string what)
    {
        int start = _position;
        string text = ReadString(what);
        if (Failed)
        {
            return default;
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            Fail(start, $"the {what} is blank");
            return default;
        }

        if (text.Length > NodeId.MaximumLength)
        {
            Fail(start, $"the {what} has {text.Length} characters, more than {NodeId.MaximumLength}");
            return default;
        }

        return new NodeId(text);
    }

    /// <summary>Fails unless everything was read.</summary>
    public void ReadEnd()
    {
        if (!Failed && Remaining > 0)
        {
            Fail(_position, $"{Remaining} bytes follow the end of the message");
        }
    }

    /// <summary>Keeps the problem, unless there was one before.</summary>
    public void Fail(int offset, string problem)
    {
        if (_problem is null)
        {
            _problem = problem;
            ProblemOffset = offset;
            _position = _span.Length;
        }
    }

    private ReadOnlySpan<byte> Take(int length, string what)
    {
        if (Failed)
        {
            return default;
        }

        if (length > Remaining)
        {
            Fail(_position, $"the message ends within the {what}, which needs {length} bytes, but {Remaining} are left");
            return default;
        }

        ReadOnlySpan<byte> bytes = _span.Slice(_position, length);
        _position += length;
        return bytes;
    }
}
