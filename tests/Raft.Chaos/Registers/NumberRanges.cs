using System.Globalization;

namespace Raft.Chaos;

/// <summary>A set of numbers of which most follow each other: the numbers of a client's commands.</summary>
internal sealed class NumberRanges
{
    private readonly List<(long First, long Last)> _ranges = []; // in order, with a gap between each two

    public long Count => _ranges.Sum(static range => range.Last - range.First + 1);

    /// <returns>False if the number was in the set already.</returns>
    public bool Add(long number)
    {
        int at = IndexAfter(number);
        bool follows = at > 0 && _ranges[at - 1].Last >= number - 1;
        if (follows && _ranges[at - 1].Last >= number)
        {
            return false;
        }

        bool precedes = at < _ranges.Count && _ranges[at].First == number + 1;
        switch (follows, precedes)
        {
            case (true, true):
                _ranges[at - 1] = (_ranges[at - 1].First, _ranges[at].Last);
                _ranges.RemoveAt(at);
                break;
            case (true, false):
                _ranges[at - 1] = (_ranges[at - 1].First, number);
                break;
            case (false, true):
                _ranges[at] = (number, _ranges[at].Last);
                break;
            default:
                _ranges.Insert(at, (number, number));
                break;
        }

        return true;
    }

    public bool Contains(long number)
    {
        int at = IndexAfter(number);
        return at > 0 && _ranges[at - 1].Last >= number;
    }

    /// <summary>The numbers of this set that another one lacks.</summary>
    public IEnumerable<long> Except(NumberRanges other)
    {
        foreach ((long first, long last) in _ranges)
        {
            for (long number = first; number <= last; number++)
            {
                if (!other.Contains(number))
                {
                    yield return number;
                }
            }
        }
    }

    public override string ToString() =>
        string.Join(',', _ranges.Select(static range => string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}")));

    public static NumberRanges Parse(string text)
    {
        NumberRanges ranges = new();
        foreach (string range in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            ranges._ranges.Add((
                long.Parse(range.AsSpan(0, dash), CultureInfo.InvariantCulture),
                long.Parse(range.AsSpan(dash + 1), CultureInfo.InvariantCulture)));
        }

        return ranges;
    }

    /// <summary>The position of the first range that begins after a number.</summary>
    private int IndexAfter(long number)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _ranges[middle].First <= number ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
