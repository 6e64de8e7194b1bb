using System.Buffers.Binary;

namespace Raft.Storage.Files;

/// <summary>The fields of an entry within a group: term, kind, time, length and payload.</summary>
internal static class EntryFields
{
    /// <summary>The number of bytes without the payload.</summary>
    public const int Overhead = (2 * sizeof(long)) + 1 + sizeof(int);

    private const int KindAt = sizeof(long);
    private const int TimeAt = KindAt + 1;
    private const int LengthAt = TimeAt + sizeof(long);

    /// <summary>Writes one, and returns the offset after it.</summary>
    public static int Write(Span<byte> bytes, int at, in LogEntry entry)
    {
        Span<byte> target = bytes[at..];
        BinaryPrimitives.WriteInt64LittleEndian(target, entry.Term);
        target[KindAt] = (byte)entry.Kind;
        BinaryPrimitives.WriteInt64LittleEndian(target[TimeAt..], entry.Time.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(target[LengthAt..], entry.Data.Length);
        entry.Data.Span.CopyTo(target[Overhead..]);
        return at + Overhead + entry.Data.Length;
    }

    /// <summary>The term of the entry at an offset.</summary>
    public static long TermAt(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    /// <summary>The offset after the entry at an offset.</summary>
    public static int EndOf(ReadOnlySpan<byte> bytes, int at) =>
        at + Overhead + BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + LengthAt)..]);

    /// <summary>Reads the entry at an offset, and returns the offset after it.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> memory, int at, List<LogEntry> entries)
    {
        int end = EndOf(bytes, at);
        entries.Add(new LogEntry(
            TermAt(bytes, at),
            (EntryKind)bytes[at + KindAt],
            memory[(at + Overhead)..end],
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes[(at + TimeAt)..]), TimeSpan.Zero)));
        return end;
    }
}
