using System.Buffers.Binary;

namespace Raft.Storage.Files;

/// <summary>
/// The fields of an entry within a group: flags, term, time, length and payload. A term or time that is the same as that of the entry
/// before it in the group is left out, which is the rule: entries that a leader appends together have the same of both.
/// </summary>
internal static class EntryFields
{
    /// <summary>The largest number of bytes without the payload.</summary>
    public const int LargestOverhead = 1 + (2 * sizeof(long)) + sizeof(int);

    /// <summary>The bits of the flags that are the kind.</summary>
    public const int KindMask = 3;

    /// <summary>The flag of an entry that has a term.</summary>
    public const int HasTerm = 4;

    /// <summary>The flag of an entry that has a time.</summary>
    public const int HasTime = 8;

    /// <summary>The flag of a length of two bytes instead of one.</summary>
    public const int TwoByteLength = 16;

    /// <summary>The flag of a length of four bytes instead of one.</summary>
    public const int FourByteLength = 32;

    /// <summary>The number of bytes without the payload, term and time.</summary>
    public static int Measure(int payloadLength) =>
        1 + (payloadLength <= byte.MaxValue ? sizeof(byte) : payloadLength <= ushort.MaxValue ? sizeof(ushort) : sizeof(int));
}

/// <summary>Writes the entries of a group.</summary>
/// <param name="bytes">The bytes of the group.</param>
/// <param name="position">The offset of the first entry.</param>
internal ref struct EntryWriter(Span<byte> bytes, int position)
{
    private readonly Span<byte> _bytes = bytes;
    private long _term = -1; // the first entry has one, and a time
    private long _time = -1;

    /// <summary>The offset after the last entry.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Writes the next entries.</summary>
    public void Write(scoped ReadOnlySpan<LogEntry> entries)
    {
        Span<byte> rest = _bytes[Position..];
        foreach (ref readonly LogEntry entry in entries)
        {
            ReadOnlySpan<byte> payload = entry.Data.Span;
            int overhead;
            if (entry.Term == _term && entry.Time.UtcTicks == _time && payload.Length <= byte.MaxValue)
            {
                rest[0] = (byte)entry.Kind;
                rest[1] = (byte)payload.Length;
                overhead = 1 + sizeof(byte);
            }
            else
            {
                overhead = WriteFields(rest, in entry);
            }

            payload.CopyTo(rest[overhead..]);
            rest = rest[(overhead + payload.Length)..];
        }

        Position = _bytes.Length - rest.Length;
    }

    /// <summary>Writes everything but the payload.</summary>
    private int WriteFields(Span<byte> target, in LogEntry entry)
    {
        int flags = (int)entry.Kind;
        int at = 1;
        if (entry.Term != _term)
        {
            _term = entry.Term;
            flags |= EntryFields.HasTerm;
            BinaryPrimitives.WriteInt64LittleEndian(target[at..], _term);
            at += sizeof(long);
        }

        long time = entry.Time.UtcTicks;
        if (time != _time)
        {
            _time = time;
            flags |= EntryFields.HasTime;
            BinaryPrimitives.WriteInt64LittleEndian(target[at..], time);
            at += sizeof(long);
        }

        target[0] = (byte)(flags | FlagOf(entry.Data.Length));
        return at + WriteLength(target[at..], entry.Data.Length);
    }

    private static int FlagOf(int length) =>
        length <= byte.MaxValue ? 0 : length <= ushort.MaxValue ? EntryFields.TwoByteLength : EntryFields.FourByteLength;

    private static int WriteLength(Span<byte> target, int length)
    {
        switch (FlagOf(length))
        {
            case EntryFields.FourByteLength:
                BinaryPrimitives.WriteInt32LittleEndian(target, length);
                return sizeof(int);
            case EntryFields.TwoByteLength:
                BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)length);
                return sizeof(ushort);
            default:
                target[0] = (byte)length;
                return sizeof(byte);
        }
    }
}

/// <summary>Reads the entries of a group, whose checksum was verified.</summary>
/// <param name="bytes">The bytes of the group.</param>
/// <param name="position">The offset of the first entry.</param>
internal ref struct EntryReader(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private EntryKind _kind;
    private long _time;
    private int _payloadAt;
    private int _end = position;

    /// <summary>The term of the entry.</summary>
    public long Term { get; private set; }

    /// <summary>Moves to the next entry; at first, to the first one.</summary>
    public void MoveNext()
    {
        ReadOnlySpan<byte> source = _bytes[_end..];
        int flags = source[0];
        int at = 1;
        _kind = (EntryKind)(flags & EntryFields.KindMask);
        if ((flags & EntryFields.HasTerm) != 0)
        {
            Term = BinaryPrimitives.ReadInt64LittleEndian(source[at..]);
            at += sizeof(long);
        }

        if ((flags & EntryFields.HasTime) != 0)
        {
            _time = BinaryPrimitives.ReadInt64LittleEndian(source[at..]);
            at += sizeof(long);
        }

        int length;
        if ((flags & EntryFields.FourByteLength) != 0)
        {
            length = BinaryPrimitives.ReadInt32LittleEndian(source[at..]);
            at += sizeof(int);
        }
        else if ((flags & EntryFields.TwoByteLength) != 0)
        {
            length = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
            at += sizeof(ushort);
        }
        else
        {
            length = source[at];
            at++;
        }

        _payloadAt = _end + at;
        _end = _payloadAt + length;
    }

    /// <summary>The entry.</summary>
    /// <param name="memory">The bytes of the group, of which its payload is a slice.</param>
    public readonly LogEntry Read(ReadOnlyMemory<byte> memory) =>
        new(Term, _kind, memory[_payloadAt.._end], new DateTimeOffset(_time, TimeSpan.Zero));
}
