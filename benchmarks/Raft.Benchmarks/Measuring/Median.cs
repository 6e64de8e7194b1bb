namespace Raft.Benchmarks.Measuring;

/// <summary>The middle one, which a single odd run does not move as it would move the mean.</summary>
internal static class Median
{
    /// <summary>The median; of an even number of values, the mean of the two in the middle. NaN if there are none.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
