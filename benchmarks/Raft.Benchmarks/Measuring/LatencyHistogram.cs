using System.Numerics;

namespace Raft.Benchmarks.Measuring;

/// <summary>
/// Counts durations in buckets that are linear within each power of two: a value is known to one part in 64, recording
/// takes some nanoseconds, and nothing is ever allocated for it.
/// </summary>
/// <remarks>Each proposer has one of its own. A few kilobytes, since there may be thousands of them.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    // Of Stopwatch's ticks: 18 minutes if a tick is a nanosecond, as on Linux. A longer time counts as 18 minutes.
    private const int LargestBits = 40;
    private const long Largest = (1L << LargestBits) - 1;

    private readonly uint[] _counts = new uint[((LargestBits - SubBits) * SubBuckets) + SubBuckets];

    public long Count { get; private set; }

    /// <summary>The largest value, exactly.</summary>
    public long Maximum { get; private set; }

    public void Record(long value)
    {
        value = Math.Clamp(value, 0, Largest);
        _counts[BucketOf(value)]++;
        Count++;
        Maximum = Math.Max(Maximum, value);
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Maximum = Math.Max(Maximum, other.Maximum);
    }

    /// <summary>
    /// Returns the value that a share of all recorded values does not exceed, rounded up to the end of its bucket; 0 if there are none.
    /// </summary>
    public long Percentile(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return Math.Min(LastOf(i), Maximum);
            }
        }

        return Maximum;
    }

    private static int BucketOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long LastOf(int bucket)
    {
        int shift = Math.Max(0, (bucket / SubBuckets) - 1);
        long inBucket = bucket - (shift * SubBuckets);
        return ((inBucket + 1) << shift) - 1;
    }
}
