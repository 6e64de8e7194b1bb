namespace Raft.Storage.Files;

/// <summary>What the groups of a log add up to, without the entries' payloads.</summary>
internal sealed class LogContent
{
    private readonly TermRuns _terms = new();

    /// <summary>The index before the first entry.</summary>
    public long StartIndex { get; private set; }

    /// <summary>The term at <see cref="StartIndex"/>.</summary>
    public long StartTerm { get; private set; }

    /// <summary>The last entry's index; <see cref="StartIndex"/> if there is none.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The largest commit index.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>The latest hard state.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The index before the first entry that the segments hold: at or before <see cref="StartIndex"/>.</summary>
    public long KeptFrom { get; private set; }

    /// <summary>The term of an index that is in the log or at its start.</summary>
    public long TermAt(long index) => _terms.TermAt(index);

    /// <summary>The state for the node.</summary>
    public LogState ToState(StoreIdentity store) => new(HardState, StartIndex, StartTerm, LastIndex, TermAt(LastIndex))
    {
        CommitIndex = CommitIndex,
        Store = store,
    };

    /// <summary>The first segment that is left begins with this group.</summary>
    public void BeginWith(in GroupHead head) => Restart(head.FirstIndex - 1, head.PreviousTerm);

    /// <summary>Whether a group leaves no gap: it restarts the log, or continues within it or at its end.</summary>
    public bool CanFollow(in GroupHead head) => head.FirstIndex - 1 <= LastIndex || head.StartIndex == head.FirstIndex - 1;

    /// <summary>Takes what the head of the next group says. Then its entries are added.</summary>
    /// <returns>False if it would leave a gap.</returns>
    public bool Apply(in GroupHead head, HardState? hardState)
    {
        if (!CanFollow(in head))
        {
            return false;
        }

        long before = head.FirstIndex - 1;
        if (head.StartIndex == before)
        {
            Restart(before, head.StartTerm); // nothing before it counts any more
        }
        else if (before < KeptFrom)
        {
            Restart(before, head.PreviousTerm); // a suffix that begins before what the first segment restates
        }
        else if (before < LastIndex)
        {
            _terms.TruncateFrom(head.FirstIndex);
        }

        LastIndex = before;
        StartIndex = head.StartIndex;
        StartTerm = head.StartTerm;
        CommitIndex = Math.Max(CommitIndex, head.CommitIndex);
        HardState = hardState ?? HardState;
        return true;
    }

    /// <summary>Adds the next entry.</summary>
    public void Append(long term) => _terms.Append(++LastIndex, term);

    /// <summary>Adds the next entries.</summary>
    public void Append(ReadOnlySpan<LogEntry> entries)
    {
        long term = TermAt(LastIndex);
        foreach (ref readonly LogEntry entry in entries)
        {
            LastIndex++;
            if (entry.Term != term)
            {
                term = entry.Term;
                _terms.Append(LastIndex, term);
            }
        }
    }

    /// <summary>The segments no longer hold what comes before an index. The log may have restarted before it.</summary>
    public void DropBefore(long index)
    {
        KeptFrom = Math.Max(KeptFrom, Math.Min(index, StartIndex));
        _terms.DropBefore(KeptFrom);
    }

    private void Restart(long index, long term)
    {
        _terms.Restart(index, term);
        (KeptFrom, LastIndex) = (index, index);
    }
}
