using Raft.Benchmarks.BareFlow;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Compare;

/// <summary>Runs all systems through all cases, one after another within each repetition.</summary>
internal static class CompareCommand
{
    private static readonly LoadCase[] Cases =
    [
        new(1, 128), new(16, 128), new(64, 128), new(256, 128), new(1_024, 128), new(256, 16), new(256, 1_024),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        Pace pace = arguments.IsQuick ? Pace.Quick : Pace.Full;
        List<LoadCase> cases = [.. Cases.Where(load => arguments.Proposers.Count == 0 || arguments.Proposers.Contains(load.Proposers))];
        cases.AddRange(arguments.Proposers
            .Where(number => Cases.All(load => load.Proposers != number))
            .Select(static number => new LoadCase(number, 128)));
        List<IContender> contenders = [.. All().Where(contender => arguments.Includes(contender.Name))];
        CompareResults results = new();
        List<string> differences = [];
        await Progress.ShowAsync(contenders.Count + (pace.Repetitions * cases.Count * contenders.Count), async progress =>
        {
            await StartAsync(contenders, pace, progress);
            for (int repetition = 1; repetition <= pace.Repetitions; repetition++)
            {
                foreach (LoadCase load in cases)
                {
                    foreach (IContender contender in contenders)
                    {
                        progress.Begin($"repetition {repetition}, {contender.Name}, {load}");
                        results.Add(contender, await ClosedLoop.RunAsync(contender, load, pace.WarmUp, pace.Duration));
                        if (await contender.FindDifferenceAsync() is { } difference)
                        {
                            differences.Add($"{contender.Name}, {load}: {difference}");
                        }

                        progress.Advance();
                    }
                }
            }
        });

        foreach (IContender contender in contenders)
        {
            await contender.DisposeAsync();
        }

        new CompareReport(results, pace).Write(arguments.Output);
        foreach (string difference in differences)
        {
            Console.WriteLine($"WRONG: {difference}");
        }

        return differences.Count == 0 ? 0 : 1;
    }

    private static List<IContender> All() =>
        [RaftContender.OverChannels(), RaftContender.OverMemory(), new DotNextContender(), new BareContender()];

    /// <summary>Starts them, and runs each until its code is compiled for good.</summary>
    private static async Task StartAsync(List<IContender> contenders, Pace pace, Progress progress)
    {
        foreach (IContender contender in contenders)
        {
            progress.Begin($"{contender.Name}, starting");
            await contender.StartAsync();
            await ClosedLoop.RunAsync(contender, new LoadCase(64, 128), pace.FirstWarmUp, TimeSpan.FromMilliseconds(1));
            progress.Advance();
        }
    }
}
