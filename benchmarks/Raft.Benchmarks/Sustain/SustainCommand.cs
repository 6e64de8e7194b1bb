using System.Diagnostics;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Sustain;

/// <summary>Runs at full speed for a minute with default options, and looks at pauses and memory all the while.</summary>
internal static class SustainCommand
{
    private static readonly LoadCase Load = new(256, 128);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(0.5);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        int samples = arguments.IsQuick ? 20 : 120;
        await using RaftContender contender = new("channel", "default options", new RaftGroup(new ChannelNetwork(), 3));
        await contender.StartAsync();
        SustainReport? report = null;
        await Progress.ShowAsync(1, async progress =>
        {
            progress.Begin($"{Load} for {samples * BetweenSamples.TotalSeconds:0} s");
            report = await MeasuringThread.RunAsync(() => Run(contender, samples));
            progress.Advance();
        });

        report!.Write(arguments.Output);
        if (await contender.FindDifferenceAsync() is { } difference)
        {
            Console.WriteLine($"WRONG: {difference}");
            return 1;
        }

        return 0;
    }

    private static SustainReport Run(RaftContender contender, int count)
    {
        RunningLoad running = RunningLoad.Start(contender, Load);
        Thread.Sleep(WarmUp);
        using GcPauses pauses = new();
        CountingMachine machine = contender.Group.Machines[contender.Group.Nodes.ToList().IndexOf(contender.Group.Leader)];
        Usage before = Usage.Now();
        machine.BeginWatchingPauses();
        running.BeginMeasuring();
        List<SustainSample> samples = TakeSamples(contender.Group, machine, count);
        running.EndMeasuring();
        TimeSpan longestPause = machine.LongestPause();
        Usage usage = Usage.Now().Since(before);
        running.End();
        Thread.Sleep(BetweenSamples); // for the last events of the runtime to arrive
        Measurement total = Measurement.Of(Load, TimeSpan.FromSeconds(samples[^1].Seconds), usage, running.Proposers);
        return new SustainReport(samples, total, longestPause, pauses.Pauses);
    }

    private static List<SustainSample> TakeSamples(RaftGroup group, CountingMachine machine, int count)
    {
        List<SustainSample> samples = [];
        using Process process = Process.GetCurrentProcess();
        long start = Stopwatch.GetTimestamp();
        double lastSeconds = 0;
        long lastCommits = machine.Count;
        TimeSpan lastPauses = GC.GetTotalPauseDuration();
        for (int i = 1; i <= count; i++)
        {
            TimeSpan untilNext = (BetweenSamples * i) - Stopwatch.GetElapsedTime(start);
            Thread.Sleep(untilNext > TimeSpan.Zero ? untilNext : TimeSpan.Zero);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            long commits = machine.Count;
            TimeSpan gcPauses = GC.GetTotalPauseDuration();
            process.Refresh();
            samples.Add(new SustainSample(
                seconds,
                (commits - lastCommits) / (seconds - lastSeconds),
                GC.GetTotalMemory(forceFullCollection: false),
                GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes,
                process.WorkingSet64,
                group.Nodes.Sum(static node => node.Status is var status ? status.LastIndex - status.FirstIndex + 1 : 0),
                (gcPauses - lastPauses).TotalSeconds / (seconds - lastSeconds)));
            (lastSeconds, lastCommits, lastPauses) = (seconds, commits, gcPauses);
        }

        return samples;
    }
}
