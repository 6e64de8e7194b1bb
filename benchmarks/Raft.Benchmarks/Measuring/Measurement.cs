using System.Diagnostics;

namespace Raft.Benchmarks.Measuring;

/// <summary>What one run has shown.</summary>
internal sealed record Measurement
{
    public required LoadCase Case { get; init; }

    public required double CommitsPerSecond { get; init; }

    /// <summary>Of the whole process, those who propose included.</summary>
    public required double CpuMicrosecondsPerCommit { get; init; }

    public required double AllocatedPerCommit { get; init; }

    public required double P50Microseconds { get; init; }

    public required double P99Microseconds { get; init; }

    public required double P999Microseconds { get; init; }

    public required double LongestMicroseconds { get; init; }

    public required double Gen0 { get; init; }

    public required double Gen1 { get; init; }

    public required double Gen2 { get; init; }

    /// <summary>The share of the time in which the garbage collector paused all threads.</summary>
    public required double GcPauseShare { get; init; }

    /// <summary>Attempts that failed and were repeated.</summary>
    public required double Failures { get; init; }

    public double AllocatedBeyondPayload => AllocatedPerCommit - Case.PayloadAllocation;

    public static Measurement Of(LoadCase load, TimeSpan elapsed, in Usage usage, IReadOnlyCollection<Proposer> proposers)
    {
        LatencyHistogram latencies = new();
        long commits = 0;
        long failures = 0;
        foreach (Proposer proposer in proposers)
        {
            latencies.Add(proposer.Latencies);
            commits += proposer.Commits;
            failures += proposer.Failures;
        }

        double divisor = Math.Max(1, commits);
        return new Measurement
        {
            Case = load,
            CommitsPerSecond = commits / elapsed.TotalSeconds,
            CpuMicrosecondsPerCommit = usage.Cpu.TotalMicroseconds / divisor,
            AllocatedPerCommit = usage.AllocatedBytes / divisor,
            P50Microseconds = Microseconds(latencies.Percentile(0.5)),
            P99Microseconds = Microseconds(latencies.Percentile(0.99)),
            P999Microseconds = Microseconds(latencies.Percentile(0.999)),
            LongestMicroseconds = Microseconds(latencies.Maximum),
            Gen0 = usage.Gen0,
            Gen1 = usage.Gen1,
            Gen2 = usage.Gen2,
            GcPauseShare = usage.GcPauses / elapsed,
            Failures = failures,
        };
    }

    /// <summary>The median of each number by itself.</summary>
    public static Measurement MedianOf(IReadOnlyCollection<Measurement> runs)
    {
        double Of(Func<Measurement, double> number) => Median.Of(runs.Select(number));

        return new Measurement
        {
            Case = runs.First().Case,
            CommitsPerSecond = Of(static run => run.CommitsPerSecond),
            CpuMicrosecondsPerCommit = Of(static run => run.CpuMicrosecondsPerCommit),
            AllocatedPerCommit = Of(static run => run.AllocatedPerCommit),
            P50Microseconds = Of(static run => run.P50Microseconds),
            P99Microseconds = Of(static run => run.P99Microseconds),
            P999Microseconds = Of(static run => run.P999Microseconds),
            LongestMicroseconds = Of(static run => run.LongestMicroseconds),
            Gen0 = Of(static run => run.Gen0),
            Gen1 = Of(static run => run.Gen1),
            Gen2 = Of(static run => run.Gen2),
            GcPauseShare = Of(static run => run.GcPauseShare),
            Failures = Of(static run => run.Failures),
        };
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
