using System.Runtime.InteropServices;

namespace Raft.Consensus;

/// <summary>
/// A run of consecutive entries in one array. A slot is written once and never again: messages, writes and the state
/// machine hold slices of it, on other threads too, while the log goes on.
/// </summary>
internal sealed class LogSegment
{
    private readonly LogEntry[]? _slots; // null if the entries are somebody else's
    private ReadOnlyMemory<LogEntry> _entries;
    private int _used;
    private int _count;

    /// <summary>Makes an empty segment.</summary>
    public LogSegment(long firstIndex, int capacity)
    {
        FirstIndex = firstIndex;
        _slots = new LogEntry[capacity];
        _entries = _slots;
    }

    /// <summary>
    /// Makes a full segment of entries that stand elsewhere, such as in a leader's message: they never change, so nothing
    /// is gained by copying them.
    /// </summary>
    public LogSegment(long firstIndex, ReadOnlyMemory<LogEntry> entries)
    {
        FirstIndex = firstIndex;
        Hold(entries, added: entries);
    }

    public long FirstIndex { get; }

    public long LastIndex => FirstIndex + _count - 1;

    public int Capacity => _entries.Length;

    /// <summary>How many entries are in it.</summary>
    public int Count => _count;

    /// <summary>Payload bytes of the entries in it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether another entry can go in: never once the segment was cut, since the slots behind the cut may be read by somebody.</summary>
    public bool IsOpen => _used == _count && _used < _entries.Length;

    public void Append(in LogEntry entry)
    {
        _slots![_used++] = entry;
        _count = _used;
        Bytes += entry.Data.Length;
    }

    /// <summary>
    /// Takes in somebody else's entries that stand directly behind those that it has, in the same array: a leader in the same
    /// process sends slice after slice of its own segments.
    /// </summary>
    public bool TryExtend(ReadOnlyMemory<LogEntry> entries)
    {
        if (_slots is not null
            || !MemoryMarshal.TryGetArray(_entries[.._count], out ArraySegment<LogEntry> held)
            || !MemoryMarshal.TryGetArray(entries, out ArraySegment<LogEntry> next)
            || held.Array != next.Array || held.Offset + held.Count != next.Offset)
        {
            return false;
        }

        Hold(held.Array.AsMemory(held.Offset, held.Count + next.Count), added: entries);
        return true;
    }

    public ref readonly LogEntry this[long index] => ref _entries.Span[(int)(index - FirstIndex)];

    /// <summary>Drops the entries from <paramref name="index"/> on and closes the segment.</summary>
    public void TruncateFrom(long index)
    {
        int kept = (int)(index - FirstIndex);
        foreach (ref readonly LogEntry entry in _entries.Span[kept.._count])
        {
            Bytes -= entry.Data.Length;
        }

        _count = kept;
    }

    public ReadOnlyMemory<LogEntry> Slice(long index, int count) => _entries.Slice((int)(index - FirstIndex), count);

    /// <summary>
    /// Whether a log may keep entries where they are. In a small array they are copied, lest the log fall to pieces, and in a
    /// large one, lest a few entries keep all of it in memory.
    /// </summary>
    /// <param name="entries">The entries, which never change.</param>
    /// <param name="largest">How many slots their array may have.</param>
    /// <param name="slice">Where they stand.</param>
    public static bool IsWorthSharing(ReadOnlyMemory<LogEntry> entries, int largest, out ArraySegment<LogEntry> slice) =>
        MemoryMarshal.TryGetArray(entries, out slice) && slice.Array!.Length >= ReplicatedLog.SmallestSegment && slice.Array.Length <= largest;

    /// <summary>Holds entries from now on, of which some are new.</summary>
    private void Hold(ReadOnlyMemory<LogEntry> entries, ReadOnlyMemory<LogEntry> added)
    {
        _entries = entries;
        _used = _count = entries.Length;
        foreach (ref readonly LogEntry entry in added.Span)
        {
            Bytes += entry.Data.Length;
        }
    }
}
