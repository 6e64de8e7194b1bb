using System.Runtime.InteropServices;

namespace Raft.Consensus;

/// <summary>
/// A run of consecutive entries in one array. A slot is written only once: messages, writes and the state machine hold slices
/// of it, also on other threads, while the log continues to grow.
/// </summary>
internal sealed class LogSegment
{
    private readonly LogEntry[]? _slots; // null if the array belongs to somebody else
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
    /// Makes a full segment of entries that are in somebody else's array, such as a leader's message. They never change, so they
    /// need not be copied.
    /// </summary>
    public LogSegment(long firstIndex, ReadOnlyMemory<LogEntry> entries)
    {
        FirstIndex = firstIndex;
        Hold(entries, added: entries);
    }

    public long FirstIndex { get; }

    public long LastIndex => FirstIndex + _count - 1;

    public int Capacity => _entries.Length;

    /// <summary>The number of entries.</summary>
    public int Count => _count;

    /// <summary>The payload bytes of the entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Whether another entry can be added. Never after a truncation, since somebody may still read the slots that were cut off.
    /// </summary>
    public bool IsOpen => _used == _count && _used < _entries.Length;

    public void Append(in LogEntry entry)
    {
        _slots![_used++] = entry;
        _count = _used;
        Bytes += entry.Data.Length;
    }

    /// <summary>
    /// Adds somebody else's entries if they directly follow the present ones in the same array: a leader in the same process sends
    /// slice after slice of its own segments.
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
    /// Whether a log may keep entries in the array that they are in. Entries in a small array are copied so that the log does not
    /// consist of many small segments, and those in a large one so that a few entries do not keep all of it in memory.
    /// </summary>
    /// <param name="entries">The entries, which never change.</param>
    /// <param name="largest">How many slots their array may have.</param>
    /// <param name="slice">Where they are.</param>
    public static bool IsWorthSharing(ReadOnlyMemory<LogEntry> entries, int largest, out ArraySegment<LogEntry> slice) =>
        MemoryMarshal.TryGetArray(entries, out slice)
        && slice.Array!.Length >= EntryCache.SmallestSegment
        && slice.Array.Length <= largest;

    /// <summary>Refers to these entries from now on, of which some are new.</summary>
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
