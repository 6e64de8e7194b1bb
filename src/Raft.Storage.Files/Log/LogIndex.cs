namespace Raft.Storage.Files;

/// <summary>
/// Where the entries are: one extent for consecutive groups of some size, so that it stays small for a log of many small groups. A read
/// finds its group within an extent by the heads of the groups.
/// </summary>
internal sealed class LogIndex
{
    private const long ExtentSize = 64 * 1_024;

    private readonly List<Extent> _extents = [];

    /// <summary>Consecutive groups of a segment whose entries are consecutive as well.</summary>
    /// <param name="Segment">The segment.</param>
    /// <param name="Offset">The offset of the first group.</param>
    /// <param name="End">The offset after the last one.</param>
    /// <param name="First">The index of the first entry.</param>
    /// <param name="Last">The index of the last entry that is still in the log.</param>
    /// <param name="IsCut">Whether the last group has entries that were replaced.</param>
    public readonly record struct Extent(SegmentFile Segment, long Offset, long End, long First, long Last, bool IsCut);

    /// <summary>Adds a group that replaces everything from its first index on.</summary>
    public void Add(SegmentFile segment, in GroupHead head)
    {
        if (head.Count == 0)
        {
            return;
        }

        TruncateFrom(head.FirstIndex);
        if (_extents.Count > 0 && _extents[^1] is { IsCut: false } last && last.Segment == segment && last.Last + 1 == head.FirstIndex
            && head.End - last.Offset <= ExtentSize)
        {
            _extents[^1] = last with { End = head.End, Last = head.LastIndex };
            return;
        }

        _extents.Add(new Extent(segment, head.Offset, head.End, head.FirstIndex, head.LastIndex, IsCut: false));
    }

    /// <summary>Removes the entries from an index on.</summary>
    public void TruncateFrom(long index)
    {
        while (_extents.Count > 0 && _extents[^1].First >= index)
        {
            _extents.RemoveAt(_extents.Count - 1);
        }

        if (_extents.Count > 0 && _extents[^1].Last >= index)
        {
            _extents[^1] = _extents[^1] with { Last = index - 1, IsCut = true };
        }
    }

    /// <summary>Removes what comes before an index, as far as whole extents are concerned.</summary>
    public void DropThrough(long index)
    {
        int dropped = 0;
        while (dropped < _extents.Count && _extents[dropped].Last <= index)
        {
            dropped++;
        }

        _extents.RemoveRange(0, dropped);
    }

    /// <summary>Finds the extent of an index.</summary>
    public bool TryFind(long index, out Extent found)
    {
        int low = 0;
        int high = _extents.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_extents[middle].First <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        found = _extents.Count == 0 ? default : _extents[low];
        return _extents.Count > 0 && found.First <= index && index <= found.Last;
    }
}
