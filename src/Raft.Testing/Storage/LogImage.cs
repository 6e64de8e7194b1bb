namespace Raft.Testing;

/// <summary>
/// What one state of a log store holds, with a hash of every prefix of the log: two logs with the same hash at an index are the
/// same up to it.
/// </summary>
internal sealed class LogImage
{
    private readonly List<ulong> _hashes = [];
    private readonly List<long> _configurations = []; // their indices
    private ulong _previousHash;

    public HardState HardState { get; set; }

    /// <summary>The largest commit index that was written.</summary>
    public long CommitIndex { get; set; }

    public StoredEntries Entries { get; } = new();

    /// <summary>The index of the latest configuration in the log, or before its start; 0 if there is none.</summary>
    public long LatestConfiguration => _configurations.Count == 0 ? 0 : _configurations[^1];

    /// <summary>Whether the latest configuration is one that came with a snapshot.</summary>
    public bool HasUnknownConfiguration { get; private set; }

    public LogState State => new(HardState, Entries.PreviousIndex, Entries.PreviousTerm, Entries.LastIndex, Entries.LastTerm)
    {
        CommitIndex = CommitIndex,
    };

    /// <summary>The hash of the log up to an index, which must not be before the log's start or after its end.</summary>
    public ulong HashAt(long index) => index == Entries.PreviousIndex ? _previousHash : _hashes[(int)(index - Entries.PreviousIndex - 1)];

    /// <summary>The term at an index that it <see cref="Reaches"/>.</summary>
    public long TermAt(long index) => index == Entries.PreviousIndex ? Entries.PreviousTerm : Entries[index].Term;

    /// <summary>Whether the log holds an index, so that <see cref="HashAt"/> knows it.</summary>
    public bool Reaches(long index) => index >= Entries.PreviousIndex && index <= Entries.LastIndex;

    public void Write(long firstIndex, ReadOnlySpan<LogEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        ulong hash = HashAt(firstIndex - 1);
        int kept = (int)(firstIndex - Entries.PreviousIndex - 1);
        _hashes.RemoveRange(kept, _hashes.Count - kept);
        Entries.Write(firstIndex, entries);
        _configurations.RemoveAll(index => index >= firstIndex);
        long written = firstIndex;
        foreach (ref readonly LogEntry entry in entries)
        {
            hash = PrefixHash.Add(hash, in entry);
            _hashes.Add(hash);
            if (entry.Kind == EntryKind.Configuration)
            {
                _configurations.Add(written);
                HasUnknownConfiguration = false;
            }

            written++;
        }
    }

    public void DropThrough(long index)
    {
        _previousHash = HashAt(index);
        _hashes.RemoveRange(0, (int)(index - Entries.PreviousIndex));
        Entries.DropThrough(index);
    }

    /// <summary>Restarts the log after a snapshot.</summary>
    /// <param name="index">The last index that it includes.</param>
    /// <param name="term">Its term.</param>
    /// <param name="hash">The hash of the log that it includes.</param>
    public void Reset(long index, long term, ulong hash)
    {
        _hashes.Clear();
        _configurations.Clear();
        HasUnknownConfiguration = index > 0;
        _previousHash = hash;
        Entries.Reset(index, term);
    }

    public LogImage Copy()
    {
        LogImage copy = new() { HardState = HardState, CommitIndex = CommitIndex };
        copy.Entries.Reset(Entries.PreviousIndex, Entries.PreviousTerm);
        copy._previousHash = _previousHash;
        copy.Entries.Write(Entries.PreviousIndex + 1, Entries.Read(Entries.PreviousIndex + 1, int.MaxValue, long.MaxValue));
        copy._hashes.AddRange(_hashes);
        copy._configurations.AddRange(_configurations);
        copy.HasUnknownConfiguration = HasUnknownConfiguration;
        return copy;
    }
}
