namespace Raft.Consensus.Tests.Support;

/// <summary>A stored log: entries after a start, which a snapshot covers. Only this class applies writes.</summary>
internal sealed class TestLog
{
    private readonly List<LogEntry> _entries = [];

    public TestLog(IEnumerable<LogEntry> entries, long previousIndex = 0, long previousTerm = 0)
    {
        _entries.AddRange(entries);
        Start = new LogStart(previousIndex, previousTerm);
    }

    public LogStart Start { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public long LastIndex => Start.Index + _entries.Count;

    public TestLog Copy() => new(_entries, Start.Index, Start.Term);

    /// <summary>Whether there is an entry of this term at this index; the start counts as one.</summary>
    public bool Holds(long index, long term) =>
        index >= Start.Index && index <= LastIndex && term == (index == Start.Index ? Start.Term : this[index].Term);

    public LogEntry this[long index] => _entries[(int)(index - Start.Index - 1)];

    /// <summary>Replaces everything from the write's first index on, or the whole log with an empty one after a start.</summary>
    public void Apply(in PersistRequest write)
    {
        if (write.Start is { } start)
        {
            Assert.True(
                write.HardState is null && write.Entries.IsEmpty, $"Write {write.Version} restarts the log and does something else, too.");
            StartAfter(start);
        }
        else if (!write.Entries.IsEmpty)
        {
            int kept = (int)(write.FirstIndex - Start.Index - 1);
            Assert.True(
                kept >= 0 && kept <= _entries.Count,
                $"Write {write.Version} begins at {write.FirstIndex}; the log holds {Start.Index + 1} to {LastIndex}.");
            _entries.RemoveRange(kept, _entries.Count - kept);
            _entries.AddRange(write.Entries.Span);
        }
    }

    public void StartAfter(LogStart start)
    {
        _entries.Clear();
        Start = start;
    }

    /// <summary>Section 7: drops the entries up to an index.</summary>
    public void DropThrough(long index)
    {
        Assert.True(index <= LastIndex, $"The log ends at {LastIndex} and cannot be compacted up to {index}.");
        if (index > Start.Index)
        {
            LogStart start = new(index, this[index].Term);
            _entries.RemoveRange(0, (int)(index - Start.Index));
            Start = start;
        }
    }
}
