using System.Diagnostics.CodeAnalysis;

namespace Raft.Consensus;

/// <summary>
/// The log of one node (section 5.3): the terms of all entries, and the entries themselves from <see cref="FirstCachedIndex"/> on.
/// Earlier entries were evicted to bound memory, and are loaded from the log store when they are needed.
/// </summary>
internal sealed class ReplicatedLog
{
    /// <summary>
    /// What an entry counts in addition to its payload where the size of a message is limited: a little more than its term, kind,
    /// time and length take on the wire, so that thousands of tiny entries do not make a message that no transport carries.
    /// </summary>
    internal const int EntryOverhead = 32;

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
    private readonly ConfigurationHistory _configurations;
    private TermRuns _terms;
    private DateTimeOffset _timeBeforeCached;

    /// <param name="previousIndex">The index directly before the log's first entry.</param>
    /// <param name="previousTerm">Its term.</param>
    /// <param name="maximumEntries">
    /// How many entries stay in memory. Segments grow no larger, since whole segments are freed.
    /// </param>
    /// <param name="previousTime">The time of the entry at <paramref name="previousIndex"/>, if it is known.</param>
    /// <param name="maximumBytes">
    /// How many payload bytes stay in memory. A segment takes a part of them, and at most one large entry more.
    /// </param>
    /// <param name="configurations">The configurations in the log; null if they do not matter.</param>
    public ReplicatedLog(
        long previousIndex,
        long previousTerm,
        long maximumEntries = LargestSegment,
        DateTimeOffset previousTime = default,
        long maximumBytes = long.MaxValue,
        ConfigurationHistory? configurations = null)
    {
        _configurations = configurations ?? new ConfigurationHistory(ClusterConfiguration.Empty);
        _largestSegment = (int)Math.Clamp(maximumEntries, SmallestSegment, LargestSegment);
        _fullSegmentBytes = Math.Max(1, maximumBytes / SegmentsOfMaximumBytes);
        StartAfter(previousIndex, previousTerm, previousTime);
    }

    /// <summary>The index directly before the log's first entry; 0 unless the log was compacted.</summary>
    public long PreviousIndex { get; private set; }

    public long FirstIndex => PreviousIndex + 1;

    public long LastIndex { get; private set; }

    public long LastTerm => _terms.LastTerm;

    /// <summary>The first entry that is in memory; the index after the last entry if none is.</summary>
    public long FirstCachedIndex { get; private set; }

    public long CachedBytes { get; private set; }

    public long CachedEntries => LastIndex - FirstCachedIndex + 1;

    /// <summary>The time of the last entry, or the latest one before it that is known.</summary>
    public DateTimeOffset LastTime { get; private set; }

    /// <summary>The configurations in the log and its snapshot.</summary>
    public ConfigurationHistory Configurations => _configurations;

    /// <summary>The term of the entry at an index from <see cref="PreviousIndex"/> to <see cref="LastIndex"/>.</summary>
    public long TermAt(long index)
    {
        if (index < PreviousIndex || index > LastIndex)
        {
            throw new ConsensusInvariantException(
                $"The term at index {index} was requested; the log has those from {PreviousIndex} to {LastIndex}.");
        }

        return _terms.TermAt(index);
    }

    /// <summary>The consistency check of AppendEntries (section 5.3): is the entry at this index of this term?</summary>
    public bool Matches(long index, long term) => index >= PreviousIndex && index <= LastIndex && _terms.TermAt(index) == term;

    /// <summary>
    /// The largest index at or below <paramref name="index"/> and the log's end whose term is at most <paramref name="term"/>; if there
    /// is none, the index before the log's first entry, whatever its term.
    /// </summary>
    public (long Index, long Term) LastIndexOfTermAtMost(long index, long term) =>
        _terms.LastIndexOfTermAtMost(Math.Clamp(index, PreviousIndex, LastIndex), term);

    /// <summary>
    /// The up-to-date rule (section 5.4.1): is a log whose last entry has this term and index at least as up to date as this log?
    /// </summary>
    public bool IsCandidateUpToDate(long lastTerm, long lastIndex) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    public void Append(in LogEntry entry)
    {
        _terms.Append(LastIndex + 1, entry.Term);
        OpenSegment().Append(entry);
        LastIndex++;
        NoteConfiguration(in entry, LastIndex);
        LastTime = entry.Time;
        CachedBytes += entry.Data.Length;
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

    private void AppendShared(ReadOnlyMemory<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            _terms.Append(++LastIndex, entry.Term);
            NoteConfiguration(in entry, LastIndex);
        }

        LastTime = entries.Span[^1].Time;
        if (_segments.Count > 0 && _segments[^1] is var last
            && last.Count + entries.Length <= _largestSegment && last.Bytes < _fullSegmentBytes)
        {
            CachedBytes -= last.Bytes;
            bool isExtended = last.TryExtend(entries);
            CachedBytes += last.Bytes;
            if (isExtended)
            {
                return;
            }
        }

        LogSegment added = new(LastIndex - entries.Length + 1, entries);
        _segments.Add(added);
        CachedBytes += added.Bytes;
    }

    /// <summary>Drops the entries from <paramref name="index"/> on, because a leader's log contradicts them.</summary>
    public void TruncateFrom(long index)
    {
        _terms.TruncateFrom(index);
        _configurations.TruncateFrom(index);
        LastIndex = index - 1;
        FirstCachedIndex = Math.Min(FirstCachedIndex, index);
        while (_segments.Count > 0 && _segments[^1].LastIndex >= index)
        {
            LogSegment last = _segments[^1];
            CachedBytes -= last.Bytes;
            if (last.FirstIndex >= index)
            {
                _segments.RemoveAt(_segments.Count - 1);
            }
            else
            {
                last.TruncateFrom(index);
                CachedBytes += last.Bytes;
            }
        }

        LastTime = CachedEntries == 0 ? _timeBeforeCached : Entry(LastIndex).Time;
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
        if (segment.Bytes + (segment.Count * (long)EntryOverhead) <= maxBytes)
        {
            return slice;
        }

        return slice[..CountWithin(slice.Span, maxBytes)];
    }

    /// <summary>How many of the first entries take at most <paramref name="maxBytes"/> with their overhead; at least one.</summary>
    public static int CountWithin(ReadOnlySpan<LogEntry> entries, long maxBytes)
    {
        long bytes = 0;
        int count = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Data.Length + EntryOverhead;
            if (bytes > maxBytes && count > 0)
            {
                break;
            }

            count++;
        }

        return count;
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
            && (CachedEntries > maxEntries || CachedBytes > maxBytes))
        {
            CachedBytes -= _segments[evicted].Bytes;
            FirstCachedIndex = _segments[evicted].LastIndex + 1;
            _timeBeforeCached = _segments[evicted][FirstCachedIndex - 1].Time;
            evicted++;
        }

        if (evicted > 0)
        {
            _segments.RemoveRange(0, evicted);
        }
    }

    /// <summary>
    /// Section 7: drops the entries up to <paramref name="index"/>, which a snapshot covers. Whole segments are freed; the dropped
    /// entries of a segment that is still needed stay in it, inaccessible.
    /// </summary>
    public void DropThrough(long index)
    {
        if (index >= FirstCachedIndex)
        {
            _timeBeforeCached = Entry(index).Time;
        }

        int dropped = 0;
        while (dropped < _segments.Count && _segments[dropped].LastIndex <= index)
        {
            CachedBytes -= _segments[dropped].Bytes;
            dropped++;
        }

        _segments.RemoveRange(0, dropped);
        _terms.DropBefore(index);
        _configurations.DropBefore(index);
        PreviousIndex = index;
        FirstCachedIndex = Math.Max(FirstCachedIndex, index + 1);
    }

    /// <summary>Section 7: drops the whole log, which then continues after a snapshot.</summary>
    /// <param name="index">The last entry that the snapshot covers.</param>
    /// <param name="term">Its term.</param>
    /// <param name="time">Its time.</param>
    /// <param name="configuration">The configuration that the snapshot contains; null if it contains none.</param>
    public void RestartAfter(long index, long term, DateTimeOffset time, ClusterConfiguration? configuration)
    {
        StartAfter(index, term, time);
        _configurations.StartFrom(configuration);
    }

    [MemberNotNull(nameof(_terms))]
    private void StartAfter(long index, long term, DateTimeOffset time)
    {
        _segments.Clear();
        _terms = new TermRuns(index, term);
        LastTime = _timeBeforeCached = time;
        CachedBytes = 0;
        PreviousIndex = index;
        LastIndex = index;
        FirstCachedIndex = index + 1;
    }

    private void NoteConfiguration(in LogEntry entry, long index)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            _configurations.Append(index, ConfigurationEncoding.Decode(entry.Data, index));
        }
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
        if (index < FirstCachedIndex || index > LastIndex)
        {
            throw new ConsensusInvariantException(
                $"Entry {index} was requested; those from {FirstCachedIndex} to {LastIndex} are in memory.");
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
