namespace Raft.Testing;

/// <summary>What a log store returned when it was opened.</summary>
/// <param name="state">The state.</param>
/// <param name="entries">All entries.</param>
internal sealed class FoundLog(in LogState state, LogEntry[] entries)
{
    private readonly LogState _state = state;

    /// <summary>Whether it is what a log should hold. A compaction need not be durable, so the log may start earlier.</summary>
    public bool Equals(LogImage log)
    {
        LogState expected = log.State;
        return _state.HardState == expected.HardState
            && _state.CommitIndex == expected.CommitIndex
            && _state.LastIndex == expected.LastIndex
            && _state.LastTerm == expected.LastTerm
            && _state.LastIndex - _state.PreviousIndex == entries.Length
            && StartsLike(in expected)
            && HashFrom(log) == log.HashAt(expected.LastIndex);
    }

    /// <summary>The same as an image. The hash of what is before its start is unknown.</summary>
    public LogImage ToImage()
    {
        LogImage image = new() { HardState = _state.HardState, CommitIndex = _state.CommitIndex };
        image.Reset(_state.PreviousIndex, _state.PreviousTerm, hash: 0);
        image.Write(_state.PreviousIndex + 1, entries);
        return image;
    }

    private bool StartsLike(in LogState expected) =>
        expected.PreviousIndex == _state.PreviousIndex ? expected.PreviousTerm == _state.PreviousTerm
        : expected.PreviousIndex > _state.PreviousIndex && TermAt(expected.PreviousIndex) == expected.PreviousTerm;

    private long TermAt(long index) => entries[index - _state.PreviousIndex - 1].Term;

    private ulong HashFrom(LogImage log)
    {
        ulong hash = log.HashAt(log.Entries.PreviousIndex);
        foreach (ref readonly LogEntry entry in entries.AsSpan((int)(log.Entries.PreviousIndex - _state.PreviousIndex)))
        {
            hash = PrefixHash.Add(hash, in entry);
        }

        return hash;
    }
}
