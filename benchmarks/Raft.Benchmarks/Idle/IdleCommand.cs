using System.Diagnostics;
using System.Globalization;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Idle;

/// <summary>Shows what groups cost that have nothing to do but to say that they are alive.</summary>
internal static class IdleCommand
{
    private static readonly int[] GroupCounts = [1, 100, 1_000];
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        TimeSpan duration = TimeSpan.FromSeconds(arguments.IsQuick ? 5 : 20);
        List<IdleCost> costs = [];
        await Progress.ShowAsync(GroupCounts.Length + 1, async progress =>
        {
            progress.Begin("warming up"); // so that the first to be measured does not pay for what the process takes once
            await MeasureAsync(10, TimeSpan.FromSeconds(2));
            progress.Advance();
            foreach (int groups in GroupCounts)
            {
                progress.Begin(groups == 1 ? "1 group of three nodes" : $"{groups} groups of three nodes");
                costs.Add(await MeasureAsync(groups, duration));
                progress.Advance();
            }
        });

        Report(costs, duration, arguments.Output);
        return 0;
    }

    private static async Task<IdleCost> MeasureAsync(int count, TimeSpan duration)
    {
        (long heapBefore, long workingSetBefore) = Memory();
        List<RaftGroup> groups =
            [.. Enumerable.Range(1, count).Select(static number => new RaftGroup(new ChannelNetwork(), 3, clusterId: $"c{number}"))];
        await Task.WhenAll(groups.Select(static group => group.StartAsync()));
        await Task.Delay(Settling);

        (long heap, long workingSet) = Memory();
        long[] termsBefore = [.. groups.Select(static group => group.Nodes.Max(static node => node.Status.Term))];
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(duration);
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        int elections = groups.Zip(termsBefore).Count(static pair => pair.First.Nodes.Max(static node => node.Status.Term) != pair.Second);
        await Task.WhenAll(groups.Select(static group => group.DisposeAsync().AsTask()));
        return new IdleCost(count, cpu / elapsed, (heap - heapBefore) / count, (workingSet - workingSetBefore) / count, elections);
    }

    /// <summary>What is alive, and what the process takes of the machine.</summary>
    private static (long Heap, long WorkingSet) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using Process process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: false), process.WorkingSet64);
    }

    private static void Report(List<IdleCost> costs, TimeSpan duration, string folder)
    {
        Directory.CreateDirectory(folder);
        TextTable table = new(
            0, "groups", "CPU, % of a core", "CPU per group, us/s", "heap per group, B", "working set per group, B",
            "groups with a new election");
        foreach (IdleCost cost in costs)
        {
            table.Add(
                Figures.Whole(cost.Groups), Figures.Number(cost.Cpu * 100),
                Figures.Number(cost.Cpu * 1e6 / cost.Groups), Figures.Whole(cost.HeapPerGroup),
                Figures.Whole(cost.WorkingSetPerGroup), Figures.Whole(cost.Elections));
        }

        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"Groups of three nodes with default options, without proposals, over {duration.TotalSeconds} s.");
        Console.WriteLine(title);
        table.WriteToConsole();
        File.WriteAllLines(
            Path.Combine(folder, "idle.md"),
            ["# Idle groups", "", title, "", .. Machine.Describe().Select(static line => $"- {line}"), "", .. table.ToMarkdown()]);
        CsvFile.Write(
            Path.Combine(folder, "idle.csv"),
            ["groups", "cpu_share", "heap_per_group", "working_set_per_group", "elections"],
            costs.Select(static cost => (IReadOnlyList<object>)
                [cost.Groups, cost.Cpu, cost.HeapPerGroup, cost.WorkingSetPerGroup, cost.Elections]));
        Console.WriteLine($"Written to {folder}: idle.md, idle.csv");
    }

    /// <param name="Groups">How many groups.</param>
    /// <param name="Cpu">What share of one core they took, all together.</param>
    /// <param name="HeapPerGroup">Bytes that are alive.</param>
    /// <param name="WorkingSetPerGroup">Bytes that the process has of the machine's memory.</param>
    /// <param name="Elections">Groups that changed their leader meanwhile, which none should.</param>
    private sealed record IdleCost(int Groups, double Cpu, long HeapPerGroup, long WorkingSetPerGroup, int Elections);
}
