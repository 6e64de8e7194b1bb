using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Compare;

/// <summary>All measurements of a comparison, by system and case.</summary>
internal sealed class CompareResults
{
    private readonly Dictionary<(string System, LoadCase Case), List<Measurement>> _runs = [];
    private readonly List<(string Name, string Description)> _systems = [];
    private readonly List<LoadCase> _cases = [];

    public IReadOnlyList<(string Name, string Description)> Systems => _systems;

    public IReadOnlyList<LoadCase> Cases => _cases;

    public void Add(IContender contender, Measurement run)
    {
        if (!_systems.Contains((contender.Name, contender.Description)))
        {
            _systems.Add((contender.Name, contender.Description));
        }

        if (!_cases.Contains(run.Case))
        {
            _cases.Add(run.Case);
        }

        if (!_runs.TryGetValue((contender.Name, run.Case), out List<Measurement>? runs))
        {
            runs = [];
            _runs.Add((contender.Name, run.Case), runs);
        }

        runs.Add(run);
    }

    /// <summary>The runs of a system in a case, in the order of the repetitions; none if it was not measured.</summary>
    public IReadOnlyList<Measurement> Runs(string system, LoadCase load) => _runs.GetValueOrDefault((system, load)) ?? [];

    /// <summary>The medians of a system, in the order of the cases.</summary>
    public IReadOnlyList<Measurement> Medians(string system) =>
        [.. _cases.Where(load => Runs(system, load).Count > 0).Select(load => Measurement.MedianOf(Runs(system, load)))];

    public Ratio ToBare(string system, LoadCase load) =>
        Ratio.Of(Runs(system, load), Runs("bare", load), Ratio.BareCounts(load, Medians("bare")));

    public Ratio ToDotNext(string system, LoadCase load) => Ratio.Of(Runs(system, load), Runs("dotnext", load));
}
