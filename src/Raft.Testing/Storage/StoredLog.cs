namespace Raft.Testing;

/// <summary>The content of a log store at one time.</summary>
internal class StoredLog
{
    public HardState HardState { get; set; }

    /// <summary>The largest commit index that was written.</summary>
    public long CommitIndex { get; set; }

    public StoredEntries Entries { get; } = new();

    public LogState State => new(HardState, Entries.PreviousIndex, Entries.PreviousTerm, Entries.LastIndex, Entries.LastTerm)
    {
        CommitIndex = CommitIndex,
    };

    /// <summary>Replaces everything from an index on. Without entries, nothing changes.</summary>
    public virtual void Write(long firstIndex, ReadOnlySpan<LogEntry> entries) => Entries.Write(firstIndex, entries);

    /// <summary>Drops the entries up to an index that is in the log.</summary>
    public virtual void DropThrough(long index) => Entries.DropThrough(index);

    /// <summary>Restarts the log after a snapshot.</summary>
    /// <param name="index">The last index that it includes.</param>
    /// <param name="term">Its term.</param>
    /// <param name="hash">The hash of the log that it includes, where hashes are kept.</param>
    public virtual void Reset(long index, long term, ulong hash) => Entries.Reset(index, term);

    public StoredLog Copy()
    {
        StoredLog copy = new();
        CopyTo(copy);
        return copy;
    }

    protected void CopyTo(StoredLog copy)
    {
        (copy.HardState, copy.CommitIndex) = (HardState, CommitIndex);
        copy.Entries.Reset(Entries.PreviousIndex, Entries.PreviousTerm);
        copy.Entries.Write(Entries.PreviousIndex + 1, Entries.Read(Entries.PreviousIndex + 1, int.MaxValue, long.MaxValue));
    }
}
