using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Disk;
using Raft.Benchmarks.FramedFlow;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Tcp;

/// <summary>Measures nodes over TCP in one process and in three, and what they are compared with, in turns.</summary>
internal static class TcpCommand
{
    private const int PayloadBytes = 128;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        Pace pace = arguments.IsQuick ? Pace.Quick : Pace.Full;
        CompareResults results = new();
        List<string> differences = [];
        IReadOnlyList<int> proposers = arguments.Proposers.Count == 0 ? [1, 1_024] : arguments.Proposers;
        List<LoadCase> cases = [.. proposers.Select(static number => new LoadCase(number, PayloadBytes))];
        using BenchmarkAuthority authority = new();
        using DiskFolder folder = new(arguments.Data);
        List<IContender> contenders = Create(arguments, authority, folder);
        await Progress.ShowAsync(contenders.Count + (pace.Repetitions * cases.Sum(load => Of(contenders, load).Count())), async progress =>
        {
            await StartAsync(contenders, pace, progress);
            for (int repetition = 1; repetition <= pace.Repetitions; repetition++)
            {
                foreach (LoadCase load in cases)
                {
                    foreach (IContender contender in Of(contenders, load))
                    {
                        progress.Begin($"repetition {repetition}, {contender.Name}, {load}");
                        results.Add(contender, await MeasureAsync(contender, load, pace));
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

        new TcpReport(results, pace, folder.Describe()).Write(arguments.Output);
        foreach (string difference in differences)
        {
            Console.WriteLine($"WRONG: {difference}");
        }

        return differences.Count == 0 ? 0 : 1;
    }

    private static List<IContender> Create(Arguments arguments, BenchmarkAuthority authority, DiskFolder folder)
    {
        (string Part, Func<IContender> Create)[] all =
        [
            ("tcp", () => TcpContenders.InMemory("tcp", authority: null)),
            ("tls", () => TcpContenders.InMemory("tls", authority)),
            ("dotnext", static () => new DotNextContender()),
            ("framed", static () => new FramedContender()),
            ("processes", () => TcpContenders.InFiles(folder.NewPath())),
            ("processes", () => new ProcessesContender(folder.NewPath())),
        ];
        return [.. all.Where(each => arguments.Includes(each.Part)).Select(static each => each.Create())];
    }

    /// <summary>The systems of a case. A single proposer shows the round trip, and for that TLS and files are not compared.</summary>
    private static IEnumerable<IContender> Of(List<IContender> contenders, LoadCase load) =>
        contenders.Where(contender => load.Proposers > 1 || contender.Name is "tcp" or "dotnext" or "framed");

    private static async Task StartAsync(List<IContender> contenders, Pace pace, Progress progress)
    {
        foreach (IContender contender in contenders)
        {
            progress.Begin($"{contender.Name}, starting");
            await contender.StartAsync();
            await ClosedLoop.RunAsync(contender, new LoadCase(64, PayloadBytes), pace.FirstWarmUp, TimeSpan.FromMilliseconds(1));
            progress.Advance();
        }
    }

    private static async Task<Measurement> MeasureAsync(IContender contender, LoadCase load, Pace pace)
    {
        if (contender is not ProcessesContender processes)
        {
            return await ClosedLoop.RunAsync(contender, load, pace.WarmUp, pace.Duration);
        }

        TimeSpan before = TimeSpan.Zero;
        Measurement run = await ClosedLoop.RunAsync(contender, load, pace.WarmUp, pace.Duration, () =>
        {
            before = processes.CpuOfOthers;
            return true;
        });
        double others = (processes.CpuOfOthers - before).TotalMicroseconds / (run.CommitsPerSecond * pace.Duration.TotalSeconds);
        return run with { CpuMicrosecondsPerCommit = run.CpuMicrosecondsPerCommit + others };
    }
}
