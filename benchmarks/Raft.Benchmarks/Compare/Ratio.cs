using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Compare;

/// <summary>What this library reaches of what another system reaches in the same case and the same run.</summary>
/// <param name="Value">The median over the repetitions; NaN if they were not both measured.</param>
/// <param name="Counts">False if the other one was too slow for the ratio to mean anything.</param>
internal readonly record struct Ratio(double Value, bool Counts)
{
    /// <summary>The flow without Raft has to reach this share of its reference figures.</summary>
    private const double RequiredShare = 0.8;

    /// <summary>What the flow without Raft was once measured at, in commits per second, on two cores of a rented machine.</summary>
    private static readonly Dictionary<LoadCase, double> ReferenceFigures = new()
    {
        [new LoadCase(64, 128)] = 1_520_000,
        [new LoadCase(1_024, 128)] = 1_270_000,
    };

    /// <summary>Divides run by run: two runs of one repetition follow each other closely, so what slows the machine slows both.</summary>
    public static Ratio Of(IReadOnlyList<Measurement> ours, IReadOnlyList<Measurement> others, bool counts = true) =>
        new(Median.Of(ours.Zip(others, static (our, other) => our.CommitsPerSecond / other.CommitsPerSecond)), counts);

    /// <summary>Whether the flow without Raft was fast enough to compare with.</summary>
    /// <param name="load">The case that is compared.</param>
    /// <param name="bare">Its medians, in all cases that were measured.</param>
    public static bool BareCounts(LoadCase load, IReadOnlyCollection<Measurement> bare) =>
        ReferenceFigures.ContainsKey(load)
            ? bare.Any(each => each.Case == load && IsFastEnough(each))
            : bare.All(IsFastEnough); // a case without a figure of its own is judged by those that have one

    public override string ToString() => double.IsNaN(Value) ? "" : $"{Reports.Figures.Number(Value)}{(Counts ? "" : " (not counting)")}";

    private static bool IsFastEnough(Measurement bare) =>
        !ReferenceFigures.TryGetValue(bare.Case, out double figure) || bare.CommitsPerSecond >= RequiredShare * figure;
}
