using System.Numerics;

namespace Raft.Storage.Files;

/// <summary>The entries that were passed to the store and are not in a segment yet: a ring in which an index has a fixed place.</summary>
internal sealed class EntryWindow
{
    private LogEntry[] _slots = new LogEntry[64];

    /// <summary>The index of the first entry.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The index of the last entry; the one before <see cref="First"/> if there is none.</summary>
    public long Last { get; private set; }

    /// <summary>The entry at an index that is in the window.</summary>
    public ref readonly LogEntry this[long index] => ref _slots[index & (_slots.Length - 1)];

    /// <summary>Replaces everything from an index on. The window then has no gap: if it does not reach the index, it begins there.</summary>
    public void Write(long first, ReadOnlySpan<LogEntry> entries)
    {
        if (first < First || first > Last + 1)
        {
            Restart(first);
        }
        else
        {
            Clear(first, Last);
            Last = first - 1;
        }

        Reserve((int)(Last - First + 1) + entries.Length);
        foreach (ref readonly LogEntry entry in entries)
        {
            _slots[++Last & (_slots.Length - 1)] = entry;
        }
    }

    /// <summary>Removes the entries up to an index.</summary>
    public void RemoveThrough(long index)
    {
        long end = Math.Min(index, Last);
        Clear(First, end);
        First = Math.Max(First, end + 1);
    }

    /// <summary>Removes all entries. The next one has an index of its own choice.</summary>
    public void Restart(long first)
    {
        Clear(First, Last);
        First = first;
        Last = first - 1;
    }

    private void Clear(long first, long last)
    {
        for (long index = first; index <= last; index++)
        {
            _slots[index & (_slots.Length - 1)] = default; // releases the payload
        }
    }

    private void Reserve(int count)
    {
        if (count <= _slots.Length)
        {
            return;
        }

        LogEntry[] larger = new LogEntry[BitOperations.RoundUpToPowerOf2((uint)count)];
        for (long index = First; index <= Last; index++)
        {
            larger[index & (larger.Length - 1)] = this[index];
        }

        _slots = larger;
    }
}
