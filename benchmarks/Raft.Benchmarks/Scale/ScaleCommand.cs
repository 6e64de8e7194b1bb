using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Scale;

/// <summary>Shows what a commit costs with more of everything, so that nothing grows that should not.</summary>
internal static class ScaleCommand
{
    /// <summary>Memory that a process uses for the first time can cost fifty times as much as memory that a collection returned.</summary>
    private const int CollectionsOfWarmUp = 3;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        TimeSpan warmUp = TimeSpan.FromSeconds(arguments.IsQuick ? 0.3 : 1);
        TimeSpan duration = TimeSpan.FromSeconds(arguments.IsQuick ? 0.5 : 2.5);
        List<ScalePoint> points = [.. ScalePoint.All.Where(point => arguments.Includes(point.Part))];
        List<(ScalePoint Point, Measurement Run)> results = [];
        await Progress.ShowAsync(points.Count + 1, async progress =>
        {
            progress.Begin("warming up");
            TimeSpan duration = TimeSpan.FromSeconds(arguments.IsQuick ? 1 : 3);
            await MeasureAsync(new ScalePoint("nodes", 3, "", 3, new LoadCase(64, 128)), warmUp, duration);
            progress.Advance();
            foreach (ScalePoint point in points)
            {
                progress.Begin(point.Label);
                results.Add((point, await MeasureAsync(point, warmUp, duration)));
                progress.Advance();
            }
        });

        Report(results, arguments.Output);
        return 0;
    }

    private static async Task<Measurement> MeasureAsync(ScalePoint point, TimeSpan warmUp, TimeSpan duration)
    {
        RaftGroup group = new(new ChannelNetwork(), point.Nodes, point.Configure, createMachine: point.CreateMachine);
        await using RaftContender contender = new(point.Part, point.Label, group);
        await contender.StartAsync();
        int collectionsBefore = GC.CollectionCount(0);
        return await ClosedLoop.RunAsync(contender, point.Load, warmUp, duration, IsWarm);

        bool IsWarm() => contender.Group.Leader.Status is var status
            && status.LastIndex - status.FirstIndex + 1 >= (point.RetainedEntries ?? 0)
            && GC.CollectionCount(0) - collectionsBefore > CollectionsOfWarmUp; // and the one that a run begins with
    }

    private static void Report(List<(ScalePoint Point, Measurement Run)> results, string folder)
    {
        Directory.CreateDirectory(folder);
        TextTable table = new(
            2, "varied", "point", "commits/s", "CPU us", "allocated B", "beyond B", "p50 us", "p99 us", "GC pauses", "failures");
        foreach ((ScalePoint point, Measurement run) in results)
        {
            table.Add(
                point.Part, point.Label, Figures.Whole(run.CommitsPerSecond), Figures.Number(run.CpuMicrosecondsPerCommit),
                Figures.Number(run.AllocatedPerCommit), Figures.Number(run.AllocatedBeyondPayload),
                Figures.Number(run.P50Microseconds), Figures.Number(run.P99Microseconds),
                Figures.Percent(run.GcPauseShare), Figures.Whole(run.Failures));
        }

        table.WriteToConsole();
        File.WriteAllLines(
            Path.Combine(folder, "scale.md"),
            ["# Scale", "", .. Machine.Describe().Select(static line => $"- {line}"), "", .. table.ToMarkdown()]);
        CsvFile.Write(
            Path.Combine(folder, "scale.csv"),
            [
                "varied", "value", "nodes", "proposers", "payload", "commits_per_second", "cpu_us", "allocated",
                "allocated_beyond_payload", "p50_us", "p99_us", "gc_pause_share", "failures",
            ],
            results.Select(static result => (IReadOnlyList<object>)
            [
                result.Point.Part, result.Point.Value, result.Point.Nodes,
                result.Point.Load.Proposers, result.Point.Load.PayloadBytes, result.Run.CommitsPerSecond,
                result.Run.CpuMicrosecondsPerCommit, result.Run.AllocatedPerCommit, result.Run.AllocatedBeyondPayload,
                result.Run.P50Microseconds, result.Run.P99Microseconds, result.Run.GcPauseShare, result.Run.Failures,
            ]));

        Plot plot = new(
            "CPU time per commit",
            Plot.Logarithmic("nodes, payload in bytes, proposers, retained entries, or entries between digests"),
            Plot.Logarithmic("CPU time, µs"));
        foreach (IGrouping<string, (ScalePoint Point, Measurement Run)> part in results.GroupBy(static result => result.Point.Part))
        {
            plot.AddLine(part.Key, part.Select(static result => (result.Point.Value, result.Run.CpuMicrosecondsPerCommit)));
        }

        plot.Write(Path.Combine(folder, "scale.svg"));
        Console.WriteLine($"Written to {folder}: scale.md, scale.csv, scale.svg");
    }
}
