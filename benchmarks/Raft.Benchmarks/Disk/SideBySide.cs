using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Disk;

/// <summary>Speeds of the library and of bare writes, measured in turns, and the share that the library must reach.</summary>
/// <param name="target">The share, from 0 to 1; NaN if there is none.</param>
internal sealed class SideBySide(double target)
{
    private readonly List<(double Ours, double Bare)> _pairs = [];

    /// <summary>The median speed of the library.</summary>
    public double Ours => Median.Of(_pairs.Select(static pair => pair.Ours));

    /// <summary>The median speed of the bare writes.</summary>
    public double Bare => Median.Of(_pairs.Select(static pair => pair.Bare));

    /// <summary>The median of the ratios of each repetition: what slows the disk for a while slows both.</summary>
    public double Ratio => Median.Of(_pairs.Select(static pair => pair.Ours / pair.Bare));

    /// <summary>The ratio, the target, and whether the ratio misses it, for a table.</summary>
    public string Verdict => double.IsNaN(target) ? Share(Ratio)
        : Ratio < target ? $"{Share(Ratio)} (MISSED: {Share(target)})"
        : $"{Share(Ratio)} (goal: {Share(target)})";

    /// <summary>Adds a repetition.</summary>
    public void Add(double ours, double bare) => _pairs.Add((ours, bare));

    private static string Share(double share) => $"{Figures.Whole(share * 100)} %";
}
