using System.Diagnostics;
using System.Globalization;
using Raft.Benchmarks.Reports;
using Raft.Testing;

namespace Raft.Benchmarks.Histories;

/// <summary>Shows how long the linearizability checker takes for histories of 100,000 operations, and what it allocates.</summary>
internal static class HistoriesCommand
{
    private const int Seed = 7;

    private static readonly HistoryCase[] Cases =
    [
        new(100_000, Keys: 1, Clients: 4, UnknownRate: 0),
        new(100_000, Keys: 1, Clients: 4, UnknownRate: 0.001),
        new(100_000, Keys: 1, Clients: 16, UnknownRate: 0),
        new(100_000, Keys: 64, Clients: 16, UnknownRate: 0),
        new(100_000, Keys: 64, Clients: 16, UnknownRate: 0.01),
        new(100_000, Keys: 64, Clients: 16, UnknownRate: 0.01, HasFault: true),
        new(100_000, Keys: 1_000, Clients: 64, UnknownRate: 0.01),
    ];

    public static int Run(Arguments arguments)
    {
        TextTable table = new(
            0, "operations", "keys", "clients", "unknown, %", "fault", "verdict", "steps", "time, ms", "allocated, B per operation");
        foreach (HistoryCase each in Cases)
        {
            HistoryCase history = arguments.IsQuick ? each with { Operations = each.Operations / 10 } : each;
            Measure(history with { Operations = 1_000 }); // compiles what is measured
            (LinearizabilityResult result, TimeSpan time, long allocated) = Measure(history);
            table.Add(
                Figures.Whole(history.Operations), Figures.Whole(history.Keys), Figures.Whole(history.Clients),
                Figures.Number(history.UnknownRate * 100), history.HasFault ? "yes" : "no", $"{result.Verdict}",
                Figures.Whole(result.Steps), Figures.Whole((long)time.TotalMilliseconds), Figures.Whole(allocated / history.Operations));
        }

        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"The linearizability checker on histories of registers, with {Environment.ProcessorCount} threads.");
        Console.WriteLine(title);
        table.WriteToConsole();
        Directory.CreateDirectory(arguments.Output);
        File.WriteAllLines(
            Path.Combine(arguments.Output, "histories.md"),
            ["# Histories", "", title, "", .. Machine.Describe().Select(static line => $"- {line}"), "", .. table.ToMarkdown()]);
        Console.WriteLine($"Written to {arguments.Output}: histories.md");
        return 0;
    }

    private static (LinearizabilityResult Result, TimeSpan Time, long Allocated) Measure(HistoryCase history)
    {
        List<Operation<KeyedInput, int>> operations = new GeneratedHistory(history, Seed).Generate();
        KeyedRegister model = new();
        LinearizabilityOptions options = new() { TimeLimit = TimeSpan.FromSeconds(20) };
        GC.Collect();
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        LinearizabilityResult result = history.Keys == 1
            ? LinearizabilityChecker.Check(model, operations, options)
            : LinearizabilityChecker.Check(model, operations, static input => input.Key, options);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        return (result, time, GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore);
    }
}
