namespace Raft.Testing;

/// <summary>
/// The content of a log store, with a hash of every prefix of the log: two logs with the same hash at an index are the same up to it.
/// </summary>
internal sealed class LogImage : StoredLog
{
    private readonly List<ulong> _hashes = [];
    private readonly List<long> _configurations = []; // their indices
    private ulong _previousHash;

    /// <summary>The index of the latest configuration in the log, or before its start; 0 if there is none.</summary>
    public long LatestConfiguration => _configurations.Count == 0 ? 0 : _configurations[^1];

    /// <summary>Whether the latest configuration is one that a snapshot contained.</summary>
    public bool HasUnknownConfiguration { get; private set; }

    /// <summary>The hash of the log up to an index, which must not be before the log's start or after its end.</summary>
    public ulong HashAt(long index) => index == Entries.PreviousIndex ? _previousHash : _hashes[(int)(index - Entries.PreviousIndex - 1)];

    /// <summary>The term at an index that it <see cref="Reaches"/>.</summary>
    public long TermAt(long index) => index == Entries.PreviousIndex ? Entries.PreviousTerm : Entries[index].Term;

    /// <summary>Whether the log holds an index, so that <see cref="HashAt"/> knows it.</summary>
    public bool Reaches(long index) => index >= Entries.PreviousIndex && index <= Entries.LastIndex;

    public override void Write(long firstIndex, ReadOnlySpan<LogEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        ulong hash = HashAt(firstIndex - 1);
        int kept = (int)(firstIndex - Entries.PreviousIndex - 1);
        _hashes.RemoveRange(kept, _hashes.Count - kept);
        base.Write(firstIndex, entries);
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

    public override void DropThrough(long index)
    {
        _previousHash = HashAt(index);
        _hashes.RemoveRange(0, (int)(index - Entries.PreviousIndex));
        base.DropThrough(index);
    }

    public override void Reset(long index, long term, ulong hash)
    {
        _hashes.Clear();
        _configurations.Clear();
        HasUnknownConfiguration = index > 0;
        _previousHash = hash;
        base.Reset(index, term, hash);
    }

    public new LogImage Copy()
    {
        LogImage copy = new();
        CopyTo(copy);
        copy._previousHash = _previousHash;
        copy._hashes.AddRange(_hashes);
        copy._configurations.AddRange(_configurations);
        copy.HasUnknownConfiguration = HasUnknownConfiguration;
        return copy;
    }
}
