namespace Raft;

/// <summary>
/// Estimates how many bytes of the log come after an index, without a number for each entry: it marks some indexes with the sum of bytes up
/// to there.
/// </summary>
/// <remarks>
/// Example: with marks at 10 (1,000 bytes), 20 (3,000) and 30 (4,000), and 4,500 bytes in total, 1,500 bytes come after index 20. The
/// estimate for index 25 is also 1,500, since 20 is the last mark up to there.
/// </remarks>
internal sealed class LogSizes(long bytesBetweenMarks)
{
    private const int EntriesBetweenMarks = 65_536;

    private readonly List<Sum> _marks = [];
    private long _total;

    private readonly record struct Sum(long Index, long TotalBytes);

    /// <summary>How many bytes were added.</summary>
    public long Total => _total;

    /// <summary>Adds entries that follow the previous ones.</summary>
    public void Add(long lastIndex, long bytes)
    {
        _total += bytes;
        if (_marks.Count == 0 || _total - _marks[^1].TotalBytes >= bytesBetweenMarks || lastIndex - _marks[^1].Index >= EntriesBetweenMarks)
        {
            Mark(lastIndex);
        }
    }

    /// <summary>
    /// Marks an index that will be asked for, unless a later one is marked. Entries after it that were already added, a few
    /// batches at most, count as entries before it.
    /// </summary>
    public void Mark(long index)
    {
        if (_marks.Count == 0 || _marks[^1].Index < index)
        {
            _marks.Add(new Sum(index, _total));
        }
    }

    /// <summary>Returns how many bytes come after an index: those after the last mark up to it.</summary>
    public long BytesAfter(long index)
    {
        int mark = LastMarkUpTo(index);
        return _total - (mark < 0 ? 0 : _marks[mark].TotalBytes);
    }

    /// <summary>Returns the lowest marked index after which at most this number of bytes come; 0 if all known bytes are not more.</summary>
    public long IndexWithin(long bytes)
    {
        if (_total - (_marks.Count == 0 ? 0 : _marks[0].TotalBytes) <= bytes)
        {
            return 0;
        }

        int first = _marks.Count - 1;
        while (_total - _marks[first - 1].TotalBytes <= bytes) // ends at the first mark at the latest, because of the check above
        {
            first--;
        }

        return _marks[first].Index;
    }

    /// <summary>Removes marks that are only needed for smaller indexes.</summary>
    public void RemoveBefore(long index)
    {
        int last = LastMarkUpTo(index);
        if (last > 0)
        {
            _marks.RemoveRange(0, last);
        }
    }

    /// <summary>Returns the position of the last mark up to an index; -1 if there is none.</summary>
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
