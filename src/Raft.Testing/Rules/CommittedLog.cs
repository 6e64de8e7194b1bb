namespace Raft.Testing;

/// <summary>
/// What the cluster has committed so far, as its leaders reported: the measure of several rules. A committed entry never changes.
/// </summary>
internal sealed class CommittedLog
{
    private readonly List<ulong> _hashes = [];
    private readonly List<long> _terms = [];
    private readonly List<DateTimeOffset> _times = [];
    private readonly SortedDictionary<long, long> _lastIndexByTerm = [];

    /// <summary>The highest committed index.</summary>
    public long LastIndex => _hashes.Count;

    /// <summary>The hash of the committed log up to an index from 1 to <see cref="LastIndex"/>.</summary>
    public ulong HashAt(long index) => _hashes[(int)index - 1];

    /// <summary>The term of the committed entry at an index from 1 to <see cref="LastIndex"/>.</summary>
    public long TermAt(long index) => _terms[(int)index - 1];

    /// <summary>The time of the committed entry at an index from 1 to <see cref="LastIndex"/>.</summary>
    public DateTimeOffset TimeAt(long index) => _times[(int)index - 1];

    /// <summary>The hash of the log that a snapshot up to an index includes; 0 if that is not committed.</summary>
    public ulong HashOfSnapshot(long index) => index >= 1 && index <= LastIndex ? HashAt(index) : 0;

    /// <summary>Whether a log holds what is committed up to an index: as entries, or in the snapshot before its start.</summary>
    public bool IsHeldBy(LogImage log, long index)
    {
        long compared = Math.Max(index, log.Entries.PreviousIndex);
        return compared == 0 || (compared <= LastIndex && log.Reaches(compared) && log.HashAt(compared) == HashAt(compared));
    }

    /// <summary>A leader has committed up to an index.</summary>
    /// <returns>False if it differs from what was committed before.</returns>
    public bool Extend(long term, long index, LogImage log)
    {
        _lastIndexByTerm[term] = index;
        if (index <= LastIndex)
        {
            return HashAt(index) == log.HashAt(index);
        }

        if (LastIndex > 0 && log.Reaches(LastIndex) && log.HashAt(LastIndex) != HashAt(LastIndex))
        {
            return false;
        }

        for (long next = LastIndex + 1; next <= index; next++)
        {
            _hashes.Add(log.HashAt(next));
            _terms.Add(log.Entries[next].Term);
            _times.Add(log.Entries[next].Time);
        }

        return true;
    }

    /// <summary>The highest index that leaders of earlier terms had committed.</summary>
    public long LastIndexBefore(long term)
    {
        long last = 0;
        foreach ((long each, long index) in _lastIndexByTerm)
        {
            if (each >= term)
            {
                break;
            }

            last = Math.Max(last, index);
        }

        return last;
    }
}
