namespace Raft.Consensus;

/// <summary>
/// A run of consecutive entries in one array. A slot is written once and never again: messages, writes and the state
/// machine hold slices of it, on other threads too, while the log goes on.
/// </summary>
internal sealed class LogSegment(long firstIndex, int capacity)
{
    private readonly LogEntry[] _slots = new LogEntry[capacity];
    private int _used;
    private int _count;

    public long FirstIndex { get; } = firstIndex;

    public long LastIndex => FirstIndex + _count - 1;

    public int Capacity => _slots.Length;

    public int Count => _count;

    /// <summary>Payload bytes of the entries in it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether another entry can go in: never once the segment was cut, since the slots behind the cut may be read by somebody.</summary>
    public bool IsOpen => _used == _count && _used < _slots.Length;

    public void Append(in LogEntry entry)
    {
        _slots[_used++] = entry;
        _count = _used;
        Bytes += entry.Data.Length;
    }

    public ref readonly LogEntry this[long index] => ref _slots[(int)(index - FirstIndex)];

    /// <summary>Drops the entries from <paramref name="index"/> on and closes the segment.</summary>
    public void TruncateFrom(long index)
    {
        int kept = (int)(index - FirstIndex);
        for (int i = kept; i < _count; i++)
        {
            Bytes -= _slots[i].Data.Length;
        }

        _count = kept;
    }

    public ReadOnlyMemory<LogEntry> Slice(long index, int count) => _slots.AsMemory((int)(index - FirstIndex), count);
}
