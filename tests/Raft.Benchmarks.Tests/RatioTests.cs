using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Tests;

public sealed class RatioTests
{
    private static readonly LoadCase WithFigure = new(1_024, 128); // 1,270,000 commits per second
    private static readonly LoadCase WithoutFigure = new(256, 128);

    private static Measurement Run(double commitsPerSecond, LoadCase? load = null) => new()
    {
        Case = load ?? WithoutFigure,
        CommitsPerSecond = commitsPerSecond,
        CpuMicrosecondsPerCommit = 1,
        AllocatedPerCommit = 1,
        P50Microseconds = 1,
        P99Microseconds = 1,
        P999Microseconds = 1,
        LongestMicroseconds = 1,
        Gen0 = 1,
        Gen1 = 1,
        Gen2 = 1,
        GcPauseShare = 0,
        Failures = 0,
    };

    [Fact]
    public void Ratio_OfSeveralRuns_IsTheMedianOfTheRatiosWithinEachRun()
    {
        // The machine was slow in the second run, for both, and odd in the third.
        Ratio ratio = Ratio.Of([Run(90), Run(45), Run(10)], [Run(100), Run(50), Run(100)]);

        Assert.Equal(0.9, ratio.Value, precision: 6);
        Assert.Equal("0.90", $"{ratio}");
    }

    [Fact]
    public void Ratio_ToWhatWasNotMeasured_IsEmpty() => Assert.Equal("", $"{Ratio.Of([Run(1)], [])}");

    [Fact]
    public void Ratio_ThatDoesNotCount_SaysSo() => Assert.Equal("2.00 (not counting)", $"{Ratio.Of([Run(2)], [Run(1)], counts: false)}");

    [Theory]
    [InlineData(1_016_000, true)]
    [InlineData(1_015_999, false)]
    public void Bare_BelowFourFifthsOfItsFigure_DoesNotCount(double commitsPerSecond, bool counts) =>
        Assert.Equal(counts, Ratio.BareCounts(WithFigure, [Run(commitsPerSecond, WithFigure)]));

    [Theory]
    [InlineData(1_270_000, true)]
    [InlineData(500_000, false)]
    public void Bare_InACaseWithoutAFigure_IsJudgedByTheOthers(double withFigure, bool counts) =>
        Assert.Equal(counts, Ratio.BareCounts(WithoutFigure, [Run(1, WithoutFigure), Run(withFigure, WithFigure)]));

    [Fact]
    public void Median_OfRuns_IsTakenOfEachNumber() => Assert.Equal(2, Measurement.MedianOf([Run(1), Run(3), Run(2)]).CommitsPerSecond);

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    public void Median_OfValues_IsTheMiddle(double[] values, double median) => Assert.Equal(median, Median.Of(values));

    [Fact]
    public void Payload_OnTheHeap_TakesItsArraysHeaderAndIsRoundedUp()
    {
        Assert.Equal(40, new LoadCase(1, 16).PayloadAllocation);
        Assert.Equal(152, new LoadCase(1, 128).PayloadAllocation);
        Assert.Equal(1_048, new LoadCase(1, 1_024).PayloadAllocation);
        Assert.Equal(32, new LoadCase(1, 1).PayloadAllocation);
    }
}
