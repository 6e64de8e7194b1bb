using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Tcp;

/// <summary>A ratio that must reach a value, or must not exceed it.</summary>
/// <param name="Limit">The value; NaN if there is no goal.</param>
/// <param name="IsMaximum">Whether it must not be exceeded.</param>
internal readonly record struct Goal(double Limit, bool IsMaximum = false)
{
    /// <summary>No goal.</summary>
    public static Goal None { get; } = new(double.NaN);

    /// <summary>The ratio, the goal, and whether the ratio misses it, for a table. Empty if nothing was measured.</summary>
    public string Describe(double ratio) => double.IsNaN(ratio) ? string.Empty
        : double.IsNaN(Limit) ? Figures.Number(ratio)
        : IsMissedBy(ratio) ? $"{Figures.Number(ratio)} (MISSED: {Figures.Number(Limit)})"
        : $"{Figures.Number(ratio)} (goal: {Figures.Number(Limit)})";

    /// <summary>Divides the CPU time of a commit run by run, and returns the median.</summary>
    public static double CpuRatio(IReadOnlyList<Measurement> ours, IReadOnlyList<Measurement> others) => Median.Of(
        ours.Zip(others, static (our, other) => our.CpuMicrosecondsPerCommit / other.CpuMicrosecondsPerCommit));

    private bool IsMissedBy(double ratio) => IsMaximum ? ratio > Limit : ratio < Limit;
}
