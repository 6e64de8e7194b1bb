namespace Raft.Storage.Files;

/// <summary>
/// The terms of a log's entries, as runs of the same term: as many as the log has terms, however long it is. Every group needs the term
/// before its first entry, and a compaction that at its index.
/// </summary>
internal sealed class TermRuns
{
    private readonly List<(long First, long Term)> _runs = [(0, 0)]; // the first is at or before the log's start

    /// <summary>The term of an index that is in the log or at its start.</summary>
    public long TermAt(long index)
    {
        int i = _runs.Count - 1;
        while (i > 0 && _runs[i].First > index)
        {
            i--;
        }

        return _runs[i].Term;
    }

    /// <summary>Adds the entry after the last one.</summary>
    public void Append(long index, long term)
    {
        if (_runs[^1].Term != term)
        {
            _runs.Add((index, term));
        }
    }

    /// <summary>Removes the entries from an index on.</summary>
    public void TruncateFrom(long index)
    {
        while (_runs.Count > 1 && _runs[^1].First >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }

        if (_runs[0].First >= index)
        {
            throw new InvalidOperationException($"The log does not begin before {index}.");
        }
    }

    /// <summary>Forgets all entries: the log restarts after an index.</summary>
    public void Restart(long index, long term)
    {
        _runs.Clear();
        _runs.Add((index, term));
    }

    /// <summary>Forgets the entries before an index.</summary>
    public void DropBefore(long index)
    {
        int dropped = 0;
        while (dropped + 1 < _runs.Count && _runs[dropped + 1].First <= index)
        {
            dropped++;
        }

        _runs.RemoveRange(0, dropped);
    }
}
