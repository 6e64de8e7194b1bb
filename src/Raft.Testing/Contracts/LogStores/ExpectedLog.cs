namespace Raft.Testing;

/// <summary>What a log store must hold, as a list: as simple as possible, since it judges others.</summary>
internal sealed class ExpectedLog
{
    private readonly List<LogEntry> _entries = [];

    public HardState HardState { get; private set; }

    public long CommitIndex { get; private set; }

    public long PreviousIndex { get; private set; }

    public long PreviousTerm { get; private set; }

    public long LastIndex => PreviousIndex + _entries.Count;

    public LogState State => new(HardState, PreviousIndex, PreviousTerm, LastIndex, _entries.Count == 0 ? PreviousTerm : _entries[^1].Term)
    {
        CommitIndex = CommitIndex,
    };

    public LogEntry this[long index] => _entries[(int)(index - PreviousIndex - 1)];

    public void Write(LogWrite write)
    {
        HardState = write.HardState ?? HardState;
        CommitIndex = Math.Max(CommitIndex, write.CommitIndex);
        if (!write.Entries.IsEmpty)
        {
            int kept = (int)(write.FirstIndex - PreviousIndex - 1);
            _entries.RemoveRange(kept, _entries.Count - kept);
            _entries.AddRange(write.Entries.ToArray());
        }
    }

    public void Compact(long throughIndex)
    {
        if (throughIndex > PreviousIndex)
        {
            PreviousTerm = this[throughIndex].Term;
            _entries.RemoveRange(0, (int)(throughIndex - PreviousIndex));
            PreviousIndex = throughIndex;
        }
    }

    public void Reset(long index, long term)
    {
        _entries.Clear();
        PreviousIndex = index;
        PreviousTerm = term;
    }

    public ExpectedLog Copy()
    {
        ExpectedLog copy = new()
        {
            HardState = HardState,
            CommitIndex = CommitIndex,
            PreviousIndex = PreviousIndex,
            PreviousTerm = PreviousTerm,
        };
        copy._entries.AddRange(_entries);
        return copy;
    }
}
