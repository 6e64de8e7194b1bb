using System.Globalization;
using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;
using Raft.Benchmarks.Tcp;

namespace Raft.Benchmarks.Reads;

/// <summary>Shows what reads cost, by consistency and by node, within a process and over TCP.</summary>
internal static class ReadsCommand
{
    private const int CommandBytes = 16;
    private static readonly int[] Readers = [1, 64, 1_024];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        Pace pace = arguments.IsQuick ? Pace.Quick : Pace.Full;
        TextTable table = new(2, "network", "callers", "calls", "calls/s", "of local", "p50 us", "p99 us", "CPU us", "allocated B");
        if (arguments.Includes("channel"))
        {
            RaftGroup group = RaftContender.OverChannels().Group;
            await MeasureAsync(table, "channel", group, pace);
        }

        if (arguments.Includes("tcp"))
        {
            RaftGroup group = TcpContenders.InMemory("tcp", authority: null).Group;
            await MeasureAsync(table, "tcp", group, pace);
        }

        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"Each number is the median of {pace.Repetitions}: {pace.Duration.TotalSeconds} s after {pace.WarmUp.TotalSeconds} s warm-up. "
            + $"Three nodes in one process; a caller calls again when it has its answer.");
        Console.WriteLine(title);
        table.WriteToConsole();
        Directory.CreateDirectory(arguments.Output);
        File.WriteAllLines(
            Path.Combine(arguments.Output, "reads.md"),
            ["# Reads", "", title, "", .. Machine.Describe().Select(static line => $"- {line}"), "", .. table.ToMarkdown()]);
        Console.WriteLine($"Written to {arguments.Output}: reads.md");
        return 0;
    }

    private static async Task MeasureAsync(TextTable table, string network, RaftGroup group, Pace pace)
    {
        await group.StartAsync();
        await group.Leader.ProposeAsync("a command, so that there is something to read");
        IContender[] contenders =
        [
            new ReadsContender("local", "leader, local", group, ReadConsistency.Local, readsOnFollower: false),
            new ReadsContender("leader", "leader, linearizable", group, ReadConsistency.Linearizable, readsOnFollower: false),
            new ReadsContender("follower", "follower, linearizable", group, ReadConsistency.Linearizable, readsOnFollower: true),

            // One caller's commit is a round trip of the same messages, and the append on each node.
            new RaftContender("commit", "leader, commit", group),
        ];
        foreach (IContender contender in contenders)
        {
            await ClosedLoop.RunAsync(contender, new LoadCase(64, CommandBytes), pace.FirstWarmUp, TimeSpan.FromMilliseconds(1));
        }

        foreach (int readers in Readers)
        {
            List<Measurement>[] runs = [.. contenders.Select(static _ => new List<Measurement>())];
            for (int repetition = 0; repetition < pace.Repetitions; repetition++)
            {
                foreach ((int position, IContender contender) in contenders.Index())
                {
                    runs[position].Add(await ClosedLoop.RunAsync(contender, new LoadCase(readers, CommandBytes), pace.WarmUp, pace.Duration));
                }
            }

            double local = Measurement.MedianOf(runs[0]).CommitsPerSecond;
            foreach ((int position, IContender contender) in contenders.Index())
            {
                Measurement median = Measurement.MedianOf(runs[position]);
                table.Add(
                    network, Figures.Whole(readers), contender.Description, Figures.Whole(median.CommitsPerSecond),
                    Figures.Percent(median.CommitsPerSecond / local), Figures.Number(median.P50Microseconds),
                    Figures.Number(median.P99Microseconds), Figures.Number(median.CpuMicrosecondsPerCommit),
                    Figures.Number(median.AllocatedPerCommit));
            }
        }

        await group.DisposeAsync();
    }
}
