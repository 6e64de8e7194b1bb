using System.Globalization;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Compare;

/// <summary>Shows a comparison: on the console, as markdown, for a spreadsheet, and as plots.</summary>
internal sealed class CompareReport(CompareResults results, Pace pace)
{
    private static readonly string[] Ours = ["channel", "memory"];

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        TextTable measurements = Measurements();
        TextTable ratios = Ratios();
        foreach (string line in Header())
        {
            Console.WriteLine(line);
        }

        measurements.WriteToConsole();
        ratios.WriteToConsole();
        File.WriteAllLines(Path.Combine(folder, "compare.md"),
        [
            "# Comparison",
            "",
            .. Header().Select(static line => $"- {line}"),
            "",
            .. measurements.ToMarkdown(),
            "",
            "Commits per second of this library, divided by those of another system in the same repetition:",
            "",
            .. ratios.ToMarkdown(),
        ]);
        WriteCsv(Path.Combine(folder, "compare.csv"));
        WritePlots(folder);
        Console.WriteLine($"Written to {folder}: compare.md, compare.csv, compare-throughput.svg, compare-latency.svg");
    }

    private List<string> Header() =>
    [
        .. Machine.Describe(),
        string.Create(
            CultureInfo.InvariantCulture,
            $"Each number is the median of {pace.Repetitions}: {pace.Duration.TotalSeconds} s after {pace.WarmUp.TotalSeconds} s warm-up."),
        "A proposer waits for its result before it proposes again, and allocates each payload.",
        "CPU and allocations are those of the process, including the proposers; beyond B excludes the payloads' own arrays.",
        .. results.Systems.Select(static system => $"{system.Name}: {system.Description}"),
    ];

    private TextTable Measurements()
    {
        TextTable table = new(
            2, "case", "system", "commits/s", "p50 us", "p99 us", "p99.9 us", "CPU us", "allocated B", "beyond B",
            "gen 0", "gen 1", "gen 2", "GC pauses", "failures");
        foreach (LoadCase load in results.Cases)
        {
            foreach ((string name, _) in results.Systems)
            {
                Measurement run = Measurement.MedianOf(results.Runs(name, load));
                table.Add(
                    $"{load}", name, Figures.Whole(run.CommitsPerSecond),
                    Figures.Number(run.P50Microseconds), Figures.Number(run.P99Microseconds), Figures.Number(run.P999Microseconds),
                    Figures.Number(run.CpuMicrosecondsPerCommit), Figures.Number(run.AllocatedPerCommit),
                    Figures.Number(run.AllocatedBeyondPayload),
                    Figures.Whole(run.Gen0), Figures.Whole(run.Gen1), Figures.Whole(run.Gen2),
                    Figures.Percent(run.GcPauseShare), Figures.Whole(run.Failures));
            }
        }

        return table;
    }

    private TextTable Ratios()
    {
        TextTable table = new(1, "case", "channel / bare", "memory / bare", "channel / dotnext", "memory / dotnext");
        foreach (LoadCase load in results.Cases)
        {
            table.Add(
            [
                $"{load}",
                .. Ours.Select(name => $"{results.ToBare(name, load)}"),
                .. Ours.Select(name => $"{results.ToDotNext(name, load)}"),
            ]);
        }

        return table;
    }

    private void WriteCsv(string path) => CsvFile.Write(
        path,
        [
            "system", "proposers", "payload", "repetition", "commits_per_second", "p50_us", "p99_us", "p999_us", "longest_us", "cpu_us",
            "allocated", "allocated_beyond_payload", "gen0", "gen1", "gen2", "gc_pause_share", "failures",
        ],
        from system in results.Systems
        from load in results.Cases
        from run in results.Runs(system.Name, load).Index()
        select (IReadOnlyList<object>)
        [
            system.Name, load.Proposers, load.PayloadBytes, run.Index + 1, run.Item.CommitsPerSecond,
            run.Item.P50Microseconds, run.Item.P99Microseconds, run.Item.P999Microseconds, run.Item.LongestMicroseconds,
            run.Item.CpuMicrosecondsPerCommit, run.Item.AllocatedPerCommit, run.Item.AllocatedBeyondPayload,
            run.Item.Gen0, run.Item.Gen1, run.Item.Gen2, run.Item.GcPauseShare, run.Item.Failures,
        ]);

    private void WritePlots(string folder)
    {
        Plot throughput = new("Throughput, 128 B payloads", Plot.Logarithmic("proposers"), Plot.FromZero("throughput, commits/s"));
        Plot latency = new("Latency, 128 B payloads", Plot.Logarithmic("proposers"), Plot.Logarithmic("latency, µs"));
        foreach ((string name, _) in results.Systems)
        {
            List<Measurement> runs =
                [.. results.Medians(name).Where(static run => run.Case.PayloadBytes == 128).OrderBy(static run => run.Case.Proposers)];
            throughput.AddLine(name, runs.Select(static run => ((double)run.Case.Proposers, run.CommitsPerSecond)));
            latency.AddLine($"{name}, p50", runs.Select(static run => ((double)run.Case.Proposers, run.P50Microseconds)));
            latency.AddLine($"{name}, p99", runs.Select(static run => ((double)run.Case.Proposers, run.P99Microseconds)), isDashed: true);
        }

        throughput.Write(Path.Combine(folder, "compare-throughput.svg"));
        latency.Write(Path.Combine(folder, "compare-latency.svg"));
    }
}
