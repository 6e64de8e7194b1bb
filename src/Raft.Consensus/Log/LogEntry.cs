namespace Raft;

/// <summary>
/// One entry of the replicated log (section 5.3). Its index is not part of it: the index is its position, so the two can never
/// contradict each other.
/// </summary>
/// <param name="Term">The term of the leader that appended it; 1 or more.</param>
/// <param name="Kind">What <paramref name="Data"/> contains; one of the named kinds.</param>
/// <param name="Data">The payload. It belongs to the log as soon as it is passed on, and must not change after that.</param>
/// <param name="Time">
/// The leader's UTC when it appended the entry; never falls along the log. A leader's no-op repeats the time of the previous entry,
/// and has 1970 in an empty log. It is the only clock that a state machine may read.
/// </param>
/// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
public readonly record struct LogEntry(long Term, EntryKind Kind, ReadOnlyMemory<byte> Data, DateTimeOffset Time)
{
    // Time and kind in one word: 32 bytes per entry instead of 48, and a node keeps tens of thousands of entries in memory.
    private const int KindBits = 2; // the upper bits that the ticks of the year 9999 leave free

    private readonly ulong _timeAndKind = Pack(Time, Kind);

    /// <summary>What <see cref="Data"/> contains.</summary>
    public EntryKind Kind
    {
        get => (EntryKind)(_timeAndKind & ((1 << KindBits) - 1));
        init => _timeAndKind = Pack(Time, value);
    }

    /// <summary>The leader's UTC when it appended the entry.</summary>
    public DateTimeOffset Time
    {
        get => new((long)(_timeAndKind >> KindBits), TimeSpan.Zero);
        init => _timeAndKind = Pack(value, Kind);
    }

    private static ulong Pack(DateTimeOffset time, EntryKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)kind, (uint)EntryKind.Session, nameof(kind));
        return ((ulong)time.UtcTicks << KindBits) | (ulong)kind;
    }
}
