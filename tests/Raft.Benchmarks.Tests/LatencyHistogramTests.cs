using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Tests;

public sealed class LatencyHistogramTests
{
    private const double Precision = 1.0 / 64;

    [Fact]
    public void Percentile_OfNothing_IsZero() => Assert.Equal(0, new LatencyHistogram().Percentile(0.5));

    [Fact]
    public void Percentile_OfOneValue_IsThatValue()
    {
        LatencyHistogram histogram = new();
        histogram.Record(123_456_789);

        Assert.Equal(123_456_789, histogram.Percentile(0.001));
        Assert.Equal(123_456_789, histogram.Percentile(1));
    }

    [Fact]
    public void Percentile_OfSmallValues_IsExact()
    {
        LatencyHistogram histogram = new();
        for (long value = 1; value <= 100; value++)
        {
            histogram.Record(value);
        }

        Assert.Equal(50, histogram.Percentile(0.5));
        Assert.Equal(99, histogram.Percentile(0.99));
        Assert.Equal(100, histogram.Percentile(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentile_OfValuesOfAllSizes_IsWithinTheHistogramsPrecision(int seed)
    {
        Random random = new(seed);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 25))];
        LatencyHistogram histogram = new();
        Array.ForEach(values, histogram.Record);
        Array.Sort(values);

        Assert.All([0.01, 0.5, 0.9, 0.99, 0.999, 1], share =>
        {
            long exact = values[(int)Math.Ceiling(share * values.Length) - 1];
            Assert.InRange(histogram.Percentile(share), exact, exact * (1 + Precision));
        });
    }

    [Fact]
    public void Record_OfWhatIsOutOfRange_CountsAsTheNearestValue()
    {
        LatencyHistogram histogram = new();
        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.Equal((2, 0), (histogram.Count, histogram.Percentile(0.5)));
        Assert.Equal(histogram.Maximum, histogram.Percentile(1));
    }

    [Fact]
    public void Add_OfAnother_CountsBoth()
    {
        LatencyHistogram one = new();
        LatencyHistogram other = new();
        one.Record(10);
        other.Record(20);
        other.Record(30);

        one.Add(other);

        Assert.Equal((3, 30, 20), (one.Count, one.Maximum, one.Percentile(0.5)));
    }

    [Fact]
    public void Record_OfManyValues_AllocatesNothing()
    {
        LatencyHistogram histogram = new();
        histogram.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long value = 1; value < 1L << 40; value *= 3)
        {
            histogram.Record(value);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
