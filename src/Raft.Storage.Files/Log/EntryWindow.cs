namespace Raft.Storage.Files;

/// <summary>
/// The entries that were passed to the store and are not in a segment yet: slices of the callers' arrays, which never change, so that
/// no entry is copied.
/// </summary>
internal sealed class EntryWindow
{
    private readonly List<ReadOnlyMemory<LogEntry>> _runs = []; // consecutive; none is empty

    /// <summary>The index of the first entry.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The index of the last entry; the one before <see cref="First"/> if there is none.</summary>
    public long Last { get; private set; }

    /// <summary>
    /// Replaces everything from an index on. The window then has no gap: if it does not reach the index, it begins there.
    /// </summary>
    public void Write(long first, ReadOnlyMemory<LogEntry> entries)
    {
        if (first < First || first > Last + 1)
        {
            Restart(first);
        }
        else
        {
            TruncateFrom(first);
        }

        if (!entries.IsEmpty)
        {
            _runs.Add(entries);
            Last += entries.Length;
        }
    }

    /// <summary>Removes the entries up to an index.</summary>
    public void RemoveThrough(long index)
    {
        int removed = 0;
        while (removed < _runs.Count && First + _runs[removed].Length - 1 <= index)
        {
            First += _runs[removed].Length;
            removed++;
        }

        _runs.RemoveRange(0, removed);
        if (_runs.Count > 0 && First <= index)
        {
            _runs[0] = _runs[0][(int)(index + 1 - First)..];
            First = index + 1;
        }
    }

    /// <summary>Removes all entries. The next one has an index of its own choice.</summary>
    public void Restart(long first)
    {
        _runs.Clear();
        First = first;
        Last = first - 1;
    }

    /// <summary>Returns the entries from an index in the window on that a read wants.</summary>
    public LogEntry[] Read(long first, ReadLimit limit)
    {
        List<LogEntry> entries = [];
        long runFirst = First;
        foreach (ReadOnlyMemory<LogEntry> run in _runs)
        {
            for (int i = (int)Math.Clamp(first - runFirst, 0, run.Length); i < run.Length && !limit.IsReached; i++)
            {
                entries.Add(run.Span[i]);
                if (limit.Take(entries, entries.Count - 1) == 0)
                {
                    entries.RemoveAt(entries.Count - 1);
                }
            }

            runFirst += run.Length;
        }

        return [.. entries];
    }

    private void TruncateFrom(long index)
    {
        while (Last >= index)
        {
            ReadOnlyMemory<LogEntry> run = _runs[^1];
            long runFirst = Last - run.Length + 1;
            _runs.RemoveAt(_runs.Count - 1);
            if (runFirst < index)
            {
                _runs.Add(run[..(int)(index - runFirst)]);
                Last = index - 1;
                return;
            }

            Last = runFirst - 1;
        }
    }
}
