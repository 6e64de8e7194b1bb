namespace Raft.Consensus;

/// <summary>
/// The entries of a log that are in memory, in segments: the last ones, without a gap. Earlier ones were evicted to bound memory.
/// </summary>
internal sealed class EntryCache
{
    /// <summary>The smallest capacity of a segment, in entries.</summary>
    internal const int SmallestSegment = 16;

    /// <summary>The largest capacity of a segment, in entries: 32 KiB of slots, too small for the large object heap.</summary>
    internal const int LargestSegment = 1024;

    /// <summary>
    /// The bytes that may stay in memory are divided into at least this many segments: only whole segments are freed, and never the
    /// last one.
    /// </summary>
    private const int SegmentsOfMaximumBytes = 4;

    private readonly List<LogSegment> _segments = [];
    private readonly int _largestSegment;
    private readonly long _fullSegmentBytes;
    private DateTimeOffset _timeBefore;

    /// <param name="maximumEntries">
    /// How many entries stay in memory. Segments grow no larger, since whole segments are freed.
    /// </param>
    /// <param name="maximumBytes">
    /// How many payload bytes stay in memory. A segment takes a part of them, and at most one large entry more.
    /// </param>
    public EntryCache(long maximumEntries, long maximumBytes)
    {
        _largestSegment = (int)Math.Clamp(maximumEntries, SmallestSegment, LargestSegment);
        _fullSegmentBytes = Math.Max(1, maximumBytes / SegmentsOfMaximumBytes);
    }

    /// <summary>The first entry that is in memory; the index after the last entry if none is.</summary>
    public long FirstIndex { get; private set; }

    public long LastIndex { get; private set; }

    /// <summary>The payload bytes of the entries in memory.</summary>
    public long Bytes { get; private set; }

    public long Count => LastIndex - FirstIndex + 1;

    /// <summary>The time of the last entry, or the latest one before it that is known.</summary>
    public DateTimeOffset LastTime { get; private set; }

    public void Append(in LogEntry entry)
    {
        OpenSegment().Append(entry);
        LastIndex++;
        LastTime = entry.Time;
        Bytes += entry.Data.Length;
    }

    /// <summary>
    /// Appends entries that never change, without a copy if that is worth it: see <see cref="LogSegment.IsWorthSharing"/>.
    /// </summary>
    public void Append(ReadOnlyMemory<LogEntry> entries)
    {
        if (!LogSegment.IsWorthSharing(entries, _largestSegment, out _))
        {
            foreach (ref readonly LogEntry entry in entries.Span)
            {
                Append(in entry);
            }
        }
        else if (!entries.IsEmpty)
        {
            AppendShared(entries);
        }
    }

    /// <summary>Drops the entries from <paramref name="index"/> on.</summary>
    public void TruncateFrom(long index)
    {
        LastIndex = index - 1;
        FirstIndex = Math.Min(FirstIndex, index);
        while (_segments.Count > 0 && _segments[^1].LastIndex >= index)
        {
            LogSegment last = _segments[^1];
            Bytes -= last.Bytes;
            if (last.FirstIndex >= index)
            {
                _segments.RemoveAt(_segments.Count - 1);
            }
            else
            {
                last.TruncateFrom(index);
                Bytes += last.Bytes;
            }
        }

        LastTime = Count == 0 ? _timeBefore : Entry(LastIndex).Time;
    }

    /// <summary>The entry at an index that is in memory.</summary>
    public ref readonly LogEntry Entry(long index) => ref SegmentAt(index)[index];

    /// <summary>
    /// Entries from <paramref name="firstIndex"/> on, without copying them: at most <paramref name="maxEntries"/> and
    /// <paramref name="maxBytes"/> with their overhead, but at least one, and never beyond the end of a segment or
    /// <paramref name="lastIndex"/>.
    /// </summary>
    public ReadOnlyMemory<LogEntry> Slice(long firstIndex, long lastIndex, int maxEntries, long maxBytes)
    {
        if (firstIndex > lastIndex)
        {
            return default;
        }

        LogSegment segment = SegmentAt(firstIndex);
        int available = (int)Math.Min(Math.Min(segment.LastIndex, lastIndex) - firstIndex + 1, maxEntries);
        ReadOnlyMemory<LogEntry> slice = segment.Slice(firstIndex, available);
        if (segment.Bytes + (segment.Count * (long)ReplicatedLog.EntryOverhead) <= maxBytes)
        {
            return slice;
        }

        return slice[..ReplicatedLog.CountWithin(slice.Span, maxBytes)];
    }

    /// <summary>The bytes of the commands from one index to another, all of which must be in memory.</summary>
    public long CommandBytesOf(long firstIndex, long lastIndex)
    {
        long bytes = 0;
        while (firstIndex <= lastIndex)
        {
            ReadOnlyMemory<LogEntry> slice = Slice(firstIndex, lastIndex, int.MaxValue, long.MaxValue);
            foreach (ref readonly LogEntry entry in slice.Span)
            {
                bytes += entry.Kind == EntryKind.Command ? entry.Data.Length : 0;
            }

            firstIndex += slice.Length;
        }

        return bytes;
    }

    /// <summary>
    /// Frees whole segments from the front while more than the limits are cached; only entries up to
    /// <paramref name="evictableIndex"/>, which are durable in the log store, and never the last segment.
    /// </summary>
    public void Evict(long evictableIndex, long maxEntries, long maxBytes)
    {
        int evicted = 0;
        while (evicted < _segments.Count - 1
            && _segments[evicted].LastIndex <= evictableIndex
            && (Count > maxEntries || Bytes > maxBytes))
        {
            Bytes -= _segments[evicted].Bytes;
            FirstIndex = _segments[evicted].LastIndex + 1;
            _timeBefore = _segments[evicted][FirstIndex - 1].Time;
            evicted++;
        }

        if (evicted > 0)
        {
            _segments.RemoveRange(0, evicted);
        }
    }

    /// <summary>
    /// Drops the entries up to <paramref name="index"/>. Whole segments are freed; the dropped entries of a segment that is still needed
    /// stay in it, inaccessible.
    /// </summary>
    public void DropThrough(long index)
    {
        if (index >= FirstIndex)
        {
            _timeBefore = Entry(index).Time;
        }

        int dropped = 0;
        while (dropped < _segments.Count && _segments[dropped].LastIndex <= index)
        {
            Bytes -= _segments[dropped].Bytes;
            dropped++;
        }

        _segments.RemoveRange(0, dropped);
        FirstIndex = Math.Max(FirstIndex, index + 1);
    }

    /// <summary>Drops everything; the next entry is the one after <paramref name="index"/>.</summary>
    /// <param name="index">The index before it.</param>
    /// <param name="time">The time of the entry there.</param>
    public void StartAfter(long index, DateTimeOffset time)
    {
        _segments.Clear();
        LastTime = _timeBefore = time;
        Bytes = 0;
        LastIndex = index;
        FirstIndex = index + 1;
    }

    private void AppendShared(ReadOnlyMemory<LogEntry> entries)
    {
        LastIndex += entries.Length;
        LastTime = entries.Span[^1].Time;
        if (_segments.Count > 0 && _segments[^1] is var last
            && last.Count + entries.Length <= _largestSegment && last.Bytes < _fullSegmentBytes)
        {
            Bytes -= last.Bytes;
            bool isExtended = last.TryExtend(entries);
            Bytes += last.Bytes;
            if (isExtended)
            {
                return;
            }
        }

        LogSegment added = new(LastIndex - entries.Length + 1, entries);
        _segments.Add(added);
        Bytes += added.Bytes;
    }

    private LogSegment OpenSegment()
    {
        LogSegment? last = _segments.Count == 0 ? null : _segments[^1];
        if (last is null || !last.IsOpen || last.Bytes >= _fullSegmentBytes)
        {
            // Segments double up to the largest, so that an idle cluster in a process with thousands of them costs little. A segment
            // that reached its limit of bytes first is followed by one for as many entries.
            int wanted = last is null ? SmallestSegment : last.Bytes >= _fullSegmentBytes ? last.Count : last.Capacity * 2;
            _segments.Add(new LogSegment(LastIndex + 1, Math.Clamp(wanted, SmallestSegment, _largestSegment)));
        }

        return _segments[^1];
    }

    private LogSegment SegmentAt(long index)
    {
        if (index < FirstIndex || index > LastIndex)
        {
            throw new ConsensusInvariantException(
                $"Entry {index} was requested; those from {FirstIndex} to {LastIndex} are in memory.");
        }

        int high = _segments.Count - 1;
        if (_segments[high].FirstIndex <= index)
        {
            return _segments[high];
        }

        int low = 0;
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

        return _segments[low];
    }
}
