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

    private readonly EntryCache _entries;
    private readonly ConfigurationHistory _configurations;
    private TermRuns _terms;

    /// <param name="previousIndex">The index directly before the log's first entry.</param>
    /// <param name="previousTerm">Its term.</param>
    /// <param name="maximumEntries">How many entries stay in memory.</param>
    /// <param name="previousTime">The time of the entry at <paramref name="previousIndex"/>, if it is known.</param>
    /// <param name="maximumBytes">How many payload bytes stay in memory.</param>
    /// <param name="configurations">The configurations in the log; null if they do not matter.</param>
    public ReplicatedLog(
        long previousIndex,
        long previousTerm,
        long maximumEntries = EntryCache.LargestSegment,
        DateTimeOffset previousTime = default,
        long maximumBytes = long.MaxValue,
        ConfigurationHistory? configurations = null)
    {
        _configurations = configurations ?? new ConfigurationHistory(ClusterConfiguration.Empty);
        _entries = new EntryCache(maximumEntries, maximumBytes);
        StartAfter(previousIndex, previousTerm, previousTime);
    }

    /// <summary>The index directly before the log's first entry; 0 unless the log was compacted.</summary>
    public long PreviousIndex { get; private set; }

    public long FirstIndex => PreviousIndex + 1;

    public long LastIndex => _entries.LastIndex;

    public long LastTerm => _terms.LastTerm;

    /// <summary>The first entry that is in memory; the index after the last entry if none is.</summary>
    public long FirstCachedIndex => _entries.FirstIndex;

    public long CachedBytes => _entries.Bytes;

    public long CachedEntries => _entries.Count;

    /// <summary>The time of the last entry, or the latest one before it that is known.</summary>
    public DateTimeOffset LastTime => _entries.LastTime;

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
        long index = LastIndex + 1;
        _terms.Append(index, entry.Term);
        _entries.Append(in entry);
        NoteConfiguration(in entry, index);
    }

    /// <summary>Appends entries that never change, without a copy if that is worth it.</summary>
    public void Append(ReadOnlyMemory<LogEntry> entries)
    {
        long index = LastIndex;
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            _terms.Append(++index, entry.Term);
            NoteConfiguration(in entry, index);
        }

        _entries.Append(entries);
    }

    /// <summary>Drops the entries from <paramref name="index"/> on, because a leader's log contradicts them.</summary>
    public void TruncateFrom(long index)
    {
        _terms.TruncateFrom(index);
        _configurations.TruncateFrom(index);
        _entries.TruncateFrom(index);
    }

    /// <summary>The entry at an index that is in memory.</summary>
    public ref readonly LogEntry Entry(long index) => ref _entries.Entry(index);

    /// <summary>
    /// Entries from <paramref name="firstIndex"/> on, without copying them: at most <paramref name="maxEntries"/> and
    /// <paramref name="maxBytes"/> with their overhead, but at least one, and never beyond the end of a segment or
    /// <paramref name="lastIndex"/>.
    /// </summary>
    public ReadOnlyMemory<LogEntry> Slice(long firstIndex, long lastIndex, int maxEntries, long maxBytes) =>
        _entries.Slice(firstIndex, lastIndex, maxEntries, maxBytes);

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
    public long CommandBytesOf(long firstIndex, long lastIndex) => _entries.CommandBytesOf(firstIndex, lastIndex);

    /// <summary>
    /// Frees whole segments from the front while more than the limits are cached; only entries up to
    /// <paramref name="evictableIndex"/>, which are durable in the log store, and never the last segment.
    /// </summary>
    public void Evict(long evictableIndex, long maxEntries, long maxBytes) => _entries.Evict(evictableIndex, maxEntries, maxBytes);

    /// <summary>Section 7: drops the entries up to <paramref name="index"/>, which a snapshot covers.</summary>
    public void DropThrough(long index)
    {
        _entries.DropThrough(index);
        _terms.DropBefore(index);
        _configurations.DropBefore(index);
        PreviousIndex = index;
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
        _terms = new TermRuns(index, term);
        _entries.StartAfter(index, time);
        PreviousIndex = index;
    }

    private void NoteConfiguration(in LogEntry entry, long index)
    {
        if (entry.Kind == EntryKind.Configuration)
        {
            _configurations.Append(index, ConfigurationEncoding.Decode(entry.Data, index));
        }
    }
}
