using System.Globalization;
using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Tcp;

/// <summary>Shows what was measured over TCP, on the console and as markdown.</summary>
internal sealed class TcpReport(CompareResults results, Pace pace, string fileSystem)
{
    private const double FewestCommitsOfProcesses = 200_000;

    private static readonly Goal LeastOfFiles = new(0.4);
    private static readonly Goal MostCpuOfTls = new(1.25, IsMaximum: true);

    private static readonly Dictionary<int, Goal> LeastOfDotNext = new() { [1] = new Goal(1.5), [1_024] = new Goal(2.5) };

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> header = Header();
        header.ForEach(Console.WriteLine);
        TextTable measurements = Measurements();
        TextTable ratios = Ratios();
        measurements.WriteToConsole();
        ratios.WriteToConsole();
        File.WriteAllLines(
            Path.Combine(folder, "tcp.md"),
            [
                "# Over TCP", "", .. header.Select(static line => $"- {line}"), "", .. measurements.ToMarkdown(), "",
                "Medians of the ratios of each repetition:", "", .. ratios.ToMarkdown(),
            ]);
        Console.WriteLine($"Written to {folder}: tcp.md");
    }

    /// <summary>The ratios of a case, with their goals.</summary>
    internal IEnumerable<(string What, string Ratio)> RatiosOf(LoadCase load)
    {
        Goal ofDotNext = LeastOfDotNext.GetValueOrDefault(load.Proposers, Goal.None);
        yield return ("tcp / dotnext, commits/s", ofDotNext.Describe(Speed("tcp", "dotnext", load)));
        yield return ("tls / dotnext, commits/s", Goal.None.Describe(Speed("tls", "dotnext", load)));
        yield return ("tcp / framed, commits/s", Goal.None.Describe(Speed("tcp", "framed", load)));
        double cpuOfTls = Goal.CpuRatio(results.Runs("tls", load), results.Runs("tcp", load));
        yield return ("tls / tcp, CPU per commit", MostCpuOfTls.Describe(cpuOfTls));
        yield return ("processes / files, commits/s", GoalOfProcesses(load).Describe(Speed("processes", "files", load)));
    }

    /// <summary>The share of the speed in one process is a goal only if the absolute speed is not reached.</summary>
    private Goal GoalOfProcesses(LoadCase load) =>
        Median.Of(results.Runs("processes", load).Select(static run => run.CommitsPerSecond)) >= FewestCommitsOfProcesses
            ? Goal.None
            : LeastOfFiles;

    private double Speed(string ours, string other, LoadCase load) => Ratio.Of(results.Runs(ours, load), results.Runs(other, load)).Value;

    private List<string> Header() =>
    [
        .. Machine.Describe(),
        fileSystem,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Each number is the median of {pace.Repetitions}: {pace.Duration.TotalSeconds} s after {pace.WarmUp.TotalSeconds} s warm-up."),
        "A proposer waits for its result before it proposes again, and allocates each payload.",
        "CPU is that of all processes, with the proposers. Allocations are those of the proposers' process, without the payloads.",
        .. results.Systems.Select(static system => $"{system.Name}: {system.Description}"),
    ];

    private TextTable Measurements()
    {
        TextTable table = new(
            2, "case", "system", "commits/s", "p50 us", "p99 us", "CPU us", "allocated beyond the payload, B", "GC pauses", "failures");
        foreach (LoadCase load in results.Cases)
        {
            foreach ((string name, _) in results.Systems.Where(system => results.Runs(system.Name, load).Count > 0))
            {
                Measurement run = Measurement.MedianOf(results.Runs(name, load));
                table.Add(
                    $"{load}", name, Figures.Whole(run.CommitsPerSecond), Figures.Number(run.P50Microseconds),
                    Figures.Number(run.P99Microseconds), Figures.Number(run.CpuMicrosecondsPerCommit),
                    Figures.Number(run.AllocatedBeyondPayload), Figures.Percent(run.GcPauseShare), Figures.Whole(run.Failures));
            }
        }

        return table;
    }

    private TextTable Ratios()
    {
        TextTable table = new(2, "case", "of what", "ratio");
        foreach (LoadCase load in results.Cases)
        {
            foreach ((string what, string ratio) in RatiosOf(load).Where(static each => each.Ratio.Length > 0))
            {
                table.Add($"{load}", what, ratio);
            }
        }

        return table;
    }
}
