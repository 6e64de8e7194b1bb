using System.Diagnostics;
using System.Globalization;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Failover;

/// <summary>Cuts off one leader after another, and watches how soon a survivor commits again.</summary>
internal static class FailoverCommand
{
    private const int BarMilliseconds = 20;

    private static readonly TimeSpan MinimumTimeout = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan MaximumTimeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ReadOnlyMemory<byte> Command = "a command"u8.ToArray();

    public static async Task<int> RunAsync(Arguments arguments)
    {
        int rounds = arguments.IsQuick ? 20 : 100;
        ChannelNetwork network = new();
        await using RaftGroup group = new(network, 3, static options =>
        {
            options.MinimumElectionTimeout = MinimumTimeout;
            options.MaximumElectionTimeout = MaximumTimeout;
        });
        await group.StartAsync();
        List<Round> results = [];
        await Progress.ShowAsync(rounds, async progress =>
        {
            await RunRoundAsync(group, network); // compiles the code on the way; not counted
            for (int i = 0; i < rounds; i++)
            {
                progress.Begin($"round {i + 1}");
                results.Add(await RunRoundAsync(group, network));
                progress.Advance();
            }
        });

        Report(results, arguments.Output);
        return 0;
    }

    private static async Task<Round> RunRoundAsync(RaftGroup group, ChannelNetwork network)
    {
        await group.FindLeaderAsync();
        RaftNode old = group.Leader;
        await old.ProposeAsync(Command);
        await group.SettleAsync();
        await old.ProposeAsync(Command); // the last proposal that reaches the others
        long termBefore = old.Status.Term;
        long start = Stopwatch.GetTimestamp();
        network.Isolate(old.Id);

        using CancellationTokenSource done = new(Patience);
        List<Task<TimeSpan>> survivors = [.. group.Nodes.Where(node => node != old).Select(node => CommitAsync(node, start, done.Token))];
        TimeSpan elapsed = await await Task.WhenAny(survivors);
        long terms = group.Nodes.Where(node => node != old).Max(static node => node.Status.Term) - termBefore;
        await done.CancelAsync();
        await Task.WhenAll(survivors).ContinueWith(static ended => ended.Exception, TaskScheduler.Default); // the other wait was canceled

        network.Heal();
        while (old.Status is not { Role: RaftRole.Follower, Leader: not null } || old.Status.Leader == old.Id)
        {
            await Task.Delay(5);
        }

        return new Round(elapsed.TotalMilliseconds, terms);
    }

    /// <summary>Waits until a survivor leads, and has it commit something.</summary>
    /// <returns>When that was, since the cut.</returns>
    private static async Task<TimeSpan> CommitAsync(RaftNode node, long start, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await node.WaitForLeadershipAsync(cancellationToken);
                await node.ProposeAsync(Command, cancellationToken);
                return Stopwatch.GetElapsedTime(start);
            }
            catch (Exception exception) when (exception is ProposalRefusedException or OutcomeUnknownException)
            {
                // it has lost the lead at once: wait for the next
            }
        }
    }

    private static void Report(List<Round> rounds, string folder)
    {
        Directory.CreateDirectory(folder);
        double[] sorted = [.. rounds.Select(static round => round.Milliseconds).Order()];
        double width = (MaximumTimeout - MinimumTimeout).TotalMilliseconds;
        double expectedMean = MinimumTimeout.TotalMilliseconds + (width / 3); // of the smaller of two uniform timeouts
        double expectedMedian = MinimumTimeout.TotalMilliseconds + (width * (1 - Math.Sqrt(0.5)));
        TextTable table = new(1, "leader cut off until next commit", "ms");
        table.Add("shortest", Figures.Number(sorted[0]));
        table.Add("median", Figures.Number(Median.Of(sorted)));
        table.Add("mean", Figures.Number(sorted.Average()));
        table.Add("90 %", Figures.Number(At(0.9)));
        table.Add("99 %", Figures.Number(At(0.99)));
        table.Add("longest", Figures.Number(sorted[^1]));
        table.Add("expected mean: of the smaller of two timeouts", Figures.Number(expectedMean));
        table.Add("expected median: of the smaller of two timeouts", Figures.Number(expectedMedian));
        string timeouts = $"{MinimumTimeout.TotalMilliseconds} to {MaximumTimeout.TotalMilliseconds} ms";
        string ratio = string.Create(CultureInfo.InvariantCulture, $"{Median.Of(sorted) / expectedMedian:0.00}");
        string verdict = $"{rounds.Count} rounds, election timeouts {timeouts}, counted from the last message that the survivors received: "
            + $"the median is {ratio} of the expected one; "
            + $"{rounds.Count(static round => round.Terms > 1)} rounds took more than one election.";
        table.WriteToConsole();
        Console.WriteLine(verdict);
        File.WriteAllLines(
            Path.Combine(folder, "failover.md"),
            ["# Failover", "", verdict, "", .. Machine.Describe().Select(static line => $"- {line}"), "", .. table.ToMarkdown()]);
        CsvFile.Write(
            Path.Combine(folder, "failover.csv"),
            ["round", "milliseconds", "terms"],
            rounds.Index().Select(static round => (IReadOnlyList<object>)[round.Index + 1, round.Item.Milliseconds, round.Item.Terms]));

        Plot plot = new(
            "Time from the leader's last message to the next commit", Plot.FromZero("time, ms"), Plot.FromZero("number of rounds"));
        plot.AddBars("measured", sorted.GroupBy(static value => (int)value / BarMilliseconds)
            .Select(static bar => ((double)(bar.Key * BarMilliseconds), (double)((bar.Key + 1) * BarMilliseconds), (double)bar.Count())));
        plot.AddLine("expected median", [(expectedMedian, 0), (expectedMedian, rounds.Count / 4.0)], isDashed: true, hasMarkers: false);
        plot.Write(Path.Combine(folder, "failover.svg"));
        Console.WriteLine($"Written to {folder}: failover.md, failover.csv, failover.svg");

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    /// <param name="Milliseconds">From the cut to the next commit.</param>
    /// <param name="Terms">How many terms that took; one if the first candidate won.</param>
    private sealed record Round(double Milliseconds, long Terms);
}
