using Raft.Consensus;

namespace Raft;

/// <summary>
/// A log's entries in memory, in segments that start small: appending never moves what is there, and dropping the front
/// or the back frees it. Payloads are kept by reference, and so are entries that will never change and stand in an array of
/// some size, as a node's own log does: three nodes in one process then have one copy of an entry, not six, which the garbage
/// collector would visit one by one. Of segments of this log's own, a few that were dropped are kept to be filled again, so a log that
/// copies what it is given, and is compacted as steadily as it grows, allocates nothing for its entries.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class StoredEntries
{
    private const int SmallestSegment = ReplicatedLog.SmallestSegment;
    private const int LargestSegment = ReplicatedLog.LargestSegment;
    private const int MaximumSpares = 128; // 4 MiB: what a log grows by between two snapshots, with the default options

    private readonly List<Segment> _segments = [];
    private readonly Stack<Segment> _spares = new(); // cleared, and of the largest size, but for one that an empty log goes on with

    /// <summary>The index before the first entry.</summary>
    public long PreviousIndex { get; private set; }

    /// <summary>The term at <see cref="PreviousIndex"/>.</summary>
    public long PreviousTerm { get; private set; }

    /// <summary>How many segments the entries take.</summary>
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

    /// <summary>Says why a suffix cannot be written, or null if it can.</summary>
    public string? WhyRefused(long firstIndex, int count)
    {
        if (count == 0)
        {
            return null;
        }

        return firstIndex <= PreviousIndex
            ? $"Entries from {firstIndex} on cannot be written: the log starts at {PreviousIndex + 1}, what stood before was compacted."
            : firstIndex > LastIndex + 1
            ? $"Entries from {firstIndex} on cannot be written: the log ends at {LastIndex}, so they would leave a hole."
            : null;
    }

    /// <summary>Replaces everything from <paramref name="firstIndex"/> on, by entries that will never change; nothing if there are none.</summary>
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
        if (_segments.Count > 0 && _segments[^1] is { IsShared: true } last && last.Slots == array.Array && last.Offset + last.Count == array.Offset)
        {
            last.Count += array.Count;
        }
        else
        {
            _segments.Add(new Segment(firstIndex, array.Array!, array.Offset, array.Count) { IsShared = true });
        }

        LastIndex += array.Count;
    }

    /// <summary>Replaces everything from <paramref name="firstIndex"/> on, by copies of the entries; nothing if there are none.</summary>
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

    /// <summary>Drops the entries up to and with an index that is in the log.</summary>
    public void DropThrough(long index)
    {
        PreviousTerm = this[index].Term;
        PreviousIndex = index;
        int dropped = 0;
        while (dropped < _segments.Count && _segments[dropped].LastIndex <= index)
        {
            KeepSpare(_segments[dropped], evenIfSmall: dropped == _segments.Count - 1);
            dropped++;
        }

        _segments.RemoveRange(0, dropped);
        if (_segments.Count > 0 && _segments[0] is { IsShared: false } first && first.FirstIndex <= index)
        {
            Array.Clear(first.Slots, 0, (int)(index - first.FirstIndex + 1)); // lets go of the payloads
        }
    }

    /// <summary>Empties the log, to go on behind an index.</summary>
    public void Reset(long index, long term)
    {
        foreach (Segment segment in _segments)
        {
            KeepSpare(segment, evenIfSmall: false);
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
            ReadOnlySpan<LogEntry> available = segment.Slots.AsSpan(segment.Offset + (int)(firstIndex - segment.FirstIndex), (int)(segment.LastIndex - firstIndex + 1));
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
            KeepSpare(_segments[^1], evenIfSmall: false);
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
    /// Keeps a dropped segment to be filled again, unless it is shared; nobody else refers to it, since reading copies out. A
    /// small one is worth it only where the log is empty now, and would begin with the smallest again.
    /// </summary>
    private void KeepSpare(Segment segment, bool evenIfSmall)
    {
        if (!segment.IsShared && (segment.Slots.Length == LargestSegment ? _spares.Count < MaximumSpares : evenIfSmall && _spares.Count == 0))
        {
            Array.Clear(segment.Slots, 0, segment.Count); // lets go of the payloads
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

        /// <summary>Whether the slots are somebody else's, so that nothing may be written to them.</summary>
        public bool IsShared { get; init; }

        public long LastIndex => FirstIndex + Count - 1;
    }
}
