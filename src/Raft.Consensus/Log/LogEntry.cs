namespace Raft;

/// <summary>
/// One entry of the replicated log (section 5.3). Its index is not part of it: the index is its position, so the two
/// can never contradict each other.
/// </summary>
/// <param name="Term">The term of the leader that appended it; 1 or more.</param>
/// <param name="Kind">What <paramref name="Data"/> holds.</param>
/// <param name="Data">The payload. It belongs to the log from the moment it is handed over and is never changed again.</param>
/// <param name="Time">The leader's UTC when it appended the entry; never falls along the log (a leader's no-op repeats the time of the entry before it, and has 1970 in an empty log). The only clock that a state machine may read.</param>
public readonly record struct LogEntry(long Term, EntryKind Kind, ReadOnlyMemory<byte> Data, DateTimeOffset Time);
