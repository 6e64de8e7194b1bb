using Raft.Consensus;

namespace Raft;

/// <summary>
/// The entries of a log in memory, in segments that start small. Appending never moves existing entries, and dropping entries at the
/// front or the back frees them. Payloads are kept by reference. So are entries that never change and are in an array of some size, as
/// those of a node's own log: three nodes in one process then have one copy of an entry instead of six, which the garbage collector would
/// visit one by one. Some dropped segments of this log are kept and filled again. A log that copies its entries, and is compacted as fast
/// as it grows, therefore allocates nothing for them.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class StoredEntries
{
    private const int SmallestSegment = EntryCache.SmallestSegment;
    private const int LargestSegment = EntryCache.LargestSegment;
    private const int MaximumSpares = 128; // 4 MiB: the growth of a log between two snapshots, with the default options

    private readonly List<Segment> _segments = [];
    private readonly Stack<Segment> _spares = new(); // cleared, and of the largest size, except one that an empty log continues with

    /// <summary>The index before the first entry.</summary>
    public long PreviousIndex { get; private set; }

    /// <summary>The term at <see cref="PreviousIndex"/>.</summary>
    public long PreviousTerm { get; private set; }

    /// <summary>The number of segments.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>The index of the last entry; <see cref="PreviousIndex"/> if there is none.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The term of the last entry; <see cref="PreviousTerm"/> if there is none.</summary>
    public long LastTerm => LastIndex == PreviousIndex ? PreviousTerm : this[LastIndex].Term;

    /// <summary>The entry at an index that is in the log.</summary>
    public ref readonly LogEntry this[long index]
    {
        get
        {
            Segment segment = _segments[SegmentOf(index)];
            return ref segment.Slots[segment.Offset + (int)(index - segment.FirstIndex)];
        }
    }

    /// <summary>Returns why a suffix cannot be written; null if it can.</summary>
    public string? FindWriteProblem(long firstIndex, int count)
    {
        if (count == 0)
        {
            return null;
        }

        return firstIndex <= PreviousIndex
            ? $"Entries from {firstIndex} on cannot be written: earlier entries were compacted, and the log starts at {PreviousIndex + 1}."
            : firstIndex > LastIndex + 1
            ? $"Entries from {firstIndex} on cannot be written: the log ends at {LastIndex}, so they would leave a gap."
            : null;
    }

    /// <summary>
    /// Replaces everything from <paramref name="firstIndex"/> on by entries that will never change. Does nothing if there are
    /// none.
    /// </summary>
    public void Write(long firstIndex, ReadOnlyMemory<LogEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        if (!LogSegment.IsWorthSharing(entries, LargestSegment, out ArraySegment<LogEntry> array))
        {
            Write(firstIndex, entries.Span);
            return;
        }

        TruncateFrom(firstIndex);
        Segment? last = _segments.Count > 0 ? _segments[^1] : null;
        if (last is { IsShared: true } && last.Slots == array.Array && last.Offset + last.Count == array.Offset)
        {
            last.Count += array.Count;
        }
        else
        {
            _segments.Add(new Segment(firstIndex, array.Array!, array.Offset, array.Count) { IsShared = true });
        }

        LastIndex += array.Count;
    }

    /// <summary>
    /// Replaces everything from <paramref name="firstIndex"/> on by copies of the entries. Does nothing if there are none.
    /// </summary>
    public void Write(long firstIndex, ReadOnlySpan<LogEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        TruncateFrom(firstIndex);
        while (!entries.IsEmpty)
        {
            Segment segment = LastSegmentWithRoom();
            int count = Math.Min(entries.Length, segment.Slots.Length - segment.Count);
            entries[..count].CopyTo(segment.Slots.AsSpan(segment.Count));
            segment.Count += count;
            LastIndex += count;
            entries = entries[count..];
        }
    }

    /// <summary>Copies consecutive entries out: at least one if <paramref name="firstIndex"/> is in the log, none if it is not.</summary>
    public LogEntry[] Read(long firstIndex, int maximumEntries, long maximumBytes)
    {
        if (firstIndex <= PreviousIndex || firstIndex > LastIndex)
        {
            return [];
        }

        int limit = (int)Math.Min(maximumEntries, LastIndex - firstIndex + 1);
        long bytes = this[firstIndex].Data.Length;
        int count = 1;
        while (count < limit)
        {
            bytes += this[firstIndex + count].Data.Length;
            if (bytes > maximumBytes)
            {
                break;
            }

            count++;
        }

        LogEntry[] entries = new LogEntry[count];
        CopyTo(firstIndex, entries);
        return entries;
    }

    /// <summary>Drops the entries up to and including an index that is in the log.</summary>
    public void DropThrough(long index)
    {
        PreviousTerm = this[index].Term;
        PreviousIndex = index;
        int dropped = 0;
        while (dropped < _segments.Count && _segments[dropped].LastIndex <= index)
        {
            KeepForReuse(_segments[dropped], evenIfSmall: dropped == _segments.Count - 1);
            dropped++;
        }

        _segments.RemoveRange(0, dropped);
        if (_segments.Count > 0 && _segments[0] is { IsShared: false } first && first.FirstIndex <= index)
        {
            Array.Clear(first.Slots, 0, (int)(index - first.FirstIndex + 1)); // releases the payloads
        }
    }

    /// <summary>Empties the log, which then continues after an index.</summary>
    public void Reset(long index, long term)
    {
        foreach (Segment segment in _segments)
        {
            KeepForReuse(segment, evenIfSmall: false);
        }

        _segments.Clear();
        PreviousIndex = LastIndex = index;
        PreviousTerm = term;
    }

    private void CopyTo(long firstIndex, Span<LogEntry> destination)
    {
        for (int i = SegmentOf(firstIndex); !destination.IsEmpty; i++)
        {
            Segment segment = _segments[i];
            int start = segment.Offset + (int)(firstIndex - segment.FirstIndex);
            ReadOnlySpan<LogEntry> available = segment.Slots.AsSpan(start, (int)(segment.LastIndex - firstIndex + 1));
            available = available[..Math.Min(available.Length, destination.Length)];
            available.CopyTo(destination);
            destination = destination[available.Length..];
            firstIndex += available.Length;
        }
    }

    private void TruncateFrom(long index)
    {
        while (_segments.Count > 0 && _segments[^1].FirstIndex >= index)
        {
            KeepForReuse(_segments[^1], evenIfSmall: false);
            _segments.RemoveAt(_segments.Count - 1);
        }

        if (_segments.Count > 0 && _segments[^1].LastIndex >= index)
        {
            Segment last = _segments[^1];
            int kept = (int)(index - last.FirstIndex);
            if (!last.IsShared)
            {
                Array.Clear(last.Slots, kept, last.Count - kept);
            }

            last.Count = kept;
        }

        LastIndex = index - 1;
    }

    private Segment LastSegmentWithRoom()
    {
        Segment? last = _segments.Count == 0 ? null : _segments[^1];
        if (last is { IsShared: false } && last.Count < last.Slots.Length)
        {
            return last;
        }

        if (_spares.TryPop(out Segment? added))
        {
            added.FirstIndex = LastIndex + 1;
        }
        else
        {
            int capacity = last is null ? SmallestSegment : Math.Clamp(last.Count * 2, SmallestSegment, LargestSegment);
            added = new Segment(LastIndex + 1, new LogEntry[capacity], offset: 0, count: 0);
        }

        _segments.Add(added);
        return added;
    }

    /// <summary>
    /// Keeps a dropped segment, which is filled again later, unless it is shared. No other code refers to it, since reads copy the
    /// entries. A small segment is kept only if the log is now empty and would start with the smallest size again.
    /// </summary>
    private void KeepForReuse(Segment segment, bool evenIfSmall)
    {
        bool isWorthKeeping = segment.Slots.Length == LargestSegment ? _spares.Count < MaximumSpares : evenIfSmall && _spares.Count == 0;
        if (!segment.IsShared && isWorthKeeping)
        {
            Array.Clear(segment.Slots, 0, segment.Count); // releases the payloads
            segment.Count = 0;
            _spares.Push(segment);
        }
    }

    private int SegmentOf(long index)
    {
        int low = 0;
        int high = _segments.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_segments[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private sealed class Segment(long firstIndex, LogEntry[] slots, int offset, int count)
    {
        public long FirstIndex { get; set; } = firstIndex;

        public LogEntry[] Slots { get; } = slots;

        /// <summary>The slot of the first entry.</summary>
        public int Offset { get; } = offset;

        public int Count { get; set; } = count;

        /// <summary>Whether the slots belong to other code, so that they must not be written to.</summary>
        public bool IsShared { get; init; }

        public long LastIndex => FirstIndex + Count - 1;
    }
}
