namespace Raft;

/// <summary>
/// Knows roughly how many bytes of the log come after an index, without keeping a number for each entry: every now and
/// then it marks an index with the sum so far.
/// </summary>
/// <remarks>
/// With marks at 10 (1,000 bytes so far), 20 (3,000) and 30 (4,000), and 4,500 bytes in all, 1,500 come after index 20; after
/// 25 as many are said to come, since 20 is the last mark up to there.
/// </remarks>
internal sealed class LogSizes(long bytesBetweenMarks)
{
    private const int EntriesBetweenMarks = 65_536;

    private readonly List<Sum> _marks = [];
    private long _total;

    private readonly record struct Sum(long Index, long TotalBytes);

    /// <summary>Entries that follow on the ones before.</summary>
    public void Add(long lastIndex, long bytes)
    {
        _total += bytes;
        if (_marks.Count == 0 || _total - _marks[^1].TotalBytes >= bytesBetweenMarks || lastIndex - _marks[^1].Index >= EntriesBetweenMarks)
        {
            Mark(lastIndex);
        }
    }

    /// <summary>
    /// Marks an index that will be asked for, unless a later one is marked. What was added beyond it already, a few batches at most, counts
    /// as before it.
    /// </summary>
    public void Mark(long index)
    {
        if (_marks.Count == 0 || _marks[^1].Index < index)
        {
            _marks.Add(new Sum(index, _total));
        }
    }

    /// <summary>How many bytes come after an index: those after the last mark up to it.</summary>
    public long BytesAfter(long index)
    {
        int mark = LastMarkUpTo(index);
        return _total - (mark < 0 ? 0 : _marks[mark].TotalBytes);
    }

    /// <summary>The lowest marked index after which no more than so many bytes come; 0 if all that is known are no more.</summary>
    public long IndexWithin(long bytes)
    {
        if (_total - (_marks.Count == 0 ? 0 : _marks[0].TotalBytes) <= bytes)
        {
            return 0;
        }

        int first = _marks.Count - 1;
        while (_total - _marks[first - 1].TotalBytes <= bytes) // ends at the first mark at the latest, as was just seen
        {
            first--;
        }

        return _marks[first].Index;
    }

    /// <summary>What stands before an index is of no interest any more.</summary>
    public void ForgetBefore(long index)
    {
        int last = LastMarkUpTo(index);
        if (last > 0)
        {
            _marks.RemoveRange(0, last);
        }
    }

    /// <returns>The position of the last mark up to an index; -1 if there is none.</returns>
    private int LastMarkUpTo(long index)
    {
        int mark = _marks.Count - 1;
        while (mark >= 0 && _marks[mark].Index > index)
        {
            mark--;
        }

        return mark;
    }
}
