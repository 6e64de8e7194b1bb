namespace Raft.Consensus;

/// <summary>
/// The term of every entry of the log, kept as runs of equal terms. Terms never fall along a log and change only with a leader,
/// so a log of millions of entries has a handful of runs. The term of any entry is known without loading it, and the search for
/// a conflict skips whole terms.
/// </summary>
internal sealed class TermRuns
{
    private readonly List<Run> _runs = [];

    private readonly record struct Run(long FirstIndex, long Term);

    /// <summary>Starts with the entry before all others, or the start of the log.</summary>
    public TermRuns(long previousIndex, long previousTerm) => _runs.Add(new Run(previousIndex, previousTerm));

    public long LastTerm => _runs[^1].Term;

    /// <summary>Records the term of the entry at <paramref name="index"/>, which directly follows the last one.</summary>
    public void Append(long index, long term)
    {
        if (term < LastTerm)
        {
            throw new ConsensusInvariantException(
                $"Entry {index} has term {term} and follows an entry of term {LastTerm}: terms never fall along a log.");
        }

        if (term > LastTerm)
        {
            _runs.Add(new Run(index, term));
        }
    }

    /// <summary>Removes everything from <paramref name="index"/> on.</summary>
    public void TruncateFrom(long index)
    {
        while (_runs.Count > 1 && _runs[^1].FirstIndex >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Removes everything before <paramref name="index"/>, which is the entry before all others from now on.</summary>
    public void DropBefore(long index)
    {
        int run = RunAt(index);
        _runs[run] = new Run(index, _runs[run].Term);
        _runs.RemoveRange(0, run);
    }

    public long TermAt(long index) => _runs[RunAt(index)].Term;

    /// <summary>
    /// The largest index at or below <paramref name="index"/> whose term is at most <paramref name="term"/>, with its term.
    /// </summary>
    public (long Index, long Term) LastIndexOfTermAtMost(long index, long term)
    {
        int run = RunAt(index);
        while (run > 0 && _runs[run].Term > term)
        {
            index = _runs[run].FirstIndex - 1;
            run--;
        }

        // At the start of a compacted log the term may still be too large. For a follower the start is committed, so it agrees with
        // its leader; for a leader it means that the follower needs a snapshot.
        return _runs[run].Term > term ? (_runs[run].FirstIndex, _runs[run].Term) : (index, _runs[run].Term);
    }

    /// <summary>The position of the run that contains the index: nearly always the last one.</summary>
    private int RunAt(long index)
    {
        int run = _runs.Count - 1;
        if (_runs[run].FirstIndex <= index)
        {
            return run;
        }

        int low = 0;
        while (low < run)
        {
            int middle = (low + run + 1) / 2;
            if (_runs[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                run = middle - 1;
            }
        }

        return low;
    }
}
