using System.Globalization;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Sustain;

/// <summary>Shows how a long run went, and says whether memory grew.</summary>
internal sealed class SustainReport(List<SustainSample> samples, Measurement total, TimeSpan longestPause, IReadOnlyList<TimeSpan> gcPauses)
{
    /// <summary>The last third may have so much more than the first before it counts as growth.</summary>
    private const double Tolerance = 1.1;

    private List<SustainSample> First => samples[..(samples.Count / 3)];

    private List<SustainSample> Last => samples[^(samples.Count / 3)..];

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        TextTable overall = Overall();
        TextTable memory = Memory();
        overall.WriteToConsole();
        memory.WriteToConsole();
        Console.WriteLine(Verdict());
        File.WriteAllLines(
            Path.Combine(folder, "sustain.md"),
            [
                "# Under full load", "", .. Machine.Describe().Select(static line => $"- {line}"), "",
                .. overall.ToMarkdown(), "", .. memory.ToMarkdown(), "", Verdict(),
            ]);
        CsvFile.Write(
            Path.Combine(folder, "sustain.csv"),
            ["seconds", "commits_per_second", "heap", "heap_after_collection", "working_set", "retained_entries", "gc_pause_share"],
            samples.Select(static sample => (IReadOnlyList<object>)
            [
                sample.Seconds, sample.CommitsPerSecond, sample.HeapBytes, sample.HeapAfterCollection,
                sample.WorkingSet, sample.RetainedEntries, sample.GcPauseShare,
            ]));
        WritePlots(folder);
        Console.WriteLine($"Written to {folder}: sustain.md, sustain.csv, sustain-throughput.svg, sustain-memory.svg");
    }

    private TextTable Overall()
    {
        TextTable table = new(1, $"{total.Case}, default options", "");
        double[] perSecond = [.. PerSecond().Select(static second => second.Commits)];
        table.Add("commits/s", Figures.Whole(total.CommitsPerSecond));
        table.Add("slowest second, commits/s", Figures.Whole(perSecond.Min()));
        table.Add("fastest second, commits/s", Figures.Whole(perSecond.Max()));
        table.Add("longest pause between two commits, ms", Figures.Number(longestPause.TotalMilliseconds));
        table.Add("longest wait of a proposer, ms", Figures.Number(total.LongestMicroseconds / 1_000));
        table.Add("p50, us", Figures.Number(total.P50Microseconds));
        table.Add("p99.9, us", Figures.Number(total.P999Microseconds));
        table.Add("collections of generation 0 / 1 / 2", $"{total.Gen0} / {total.Gen1} / {total.Gen2}");
        table.Add("paused for the garbage collector", Figures.Percent(total.GcPauseShare));
        string medianPause = Figures.Number(Median.Of(gcPauses.Select(static pause => pause.TotalMilliseconds)));
        string longestGcPause = Figures.Number(gcPauses.Count == 0 ? 0 : gcPauses.Max().TotalMilliseconds);
        table.Add("median and longest of these pauses, ms", $"{medianPause} / {longestGcPause}");
        table.Add("CPU per commit, us", Figures.Number(total.CpuMicrosecondsPerCommit));
        table.Add("allocated per commit beyond the payload, B", Figures.Number(total.AllocatedBeyondPayload));
        table.Add("failures", Figures.Whole(total.Failures));
        return table;
    }

    private TextTable Memory()
    {
        TextTable table = new(1, "mean of", "first third", "last third", "largest");
        Add("heap, MiB", static sample => sample.HeapBytes, Figures.Mebibytes);
        Add("heap after its latest collection, MiB", static sample => sample.HeapAfterCollection, Figures.Mebibytes);
        Add("working set, MiB", static sample => sample.WorkingSet, Figures.Mebibytes);
        Add("entries kept by all nodes", static sample => sample.RetainedEntries, Figures.Whole);
        return table;

        void Add(string name, Func<SustainSample, double> number, Func<double, string> format) =>
            table.Add(name, format(First.Average(number)), format(Last.Average(number)), format(samples.Max(number)));
    }

    private string Verdict()
    {
        double heap = Last.Average(static sample => sample.HeapAfterCollection)
            / First.Average(static sample => sample.HeapAfterCollection);
        double workingSet = Last.Average(static sample => sample.WorkingSet) / First.Average(static sample => sample.WorkingSet);
        string grew = heap > Tolerance || workingSet > Tolerance ? "Memory GREW" : "Memory did not grow";
        string change = string.Create(
            CultureInfo.InvariantCulture,
            $"{grew}: in the last third, the heap is {heap:0.00} times that of the first third, the working set {workingSet:0.00} times.");
        string pause = string.Create(
            CultureInfo.InvariantCulture, $"Longest pause between two commits: {longestPause.TotalMilliseconds:0.0} ms.");
        return $"{change} {pause}";
    }

    /// <summary>Two samples make a second.</summary>
    private IEnumerable<(double Seconds, double Commits)> PerSecond() =>
        samples.Chunk(2).Select(static pair => (pair[^1].Seconds, pair.Average(static sample => sample.CommitsPerSecond)));

    private void WritePlots(string folder)
    {
        Plot throughput = new("Throughput", Plot.FromZero("time, s"), Plot.FromZero("throughput, commits/s"));
        throughput.AddLine("average of a second", PerSecond(), hasMarkers: false);
        throughput.Write(Path.Combine(folder, "sustain-throughput.svg"));

        Plot memory = new("Memory", Plot.FromZero("time, s"), Plot.FromZero("memory, MiB"));
        AddLine("working set", static sample => sample.WorkingSet);
        AddLine("heap", static sample => sample.HeapBytes);
        AddLine("heap after its latest collection", static sample => sample.HeapAfterCollection);
        memory.Write(Path.Combine(folder, "sustain-memory.svg"));

        void AddLine(string name, Func<SustainSample, long> bytes) =>
            memory.AddLine(name, samples.Select(sample => (sample.Seconds, bytes(sample) / (double)(1 << 20))), hasMarkers: false);
    }
}
