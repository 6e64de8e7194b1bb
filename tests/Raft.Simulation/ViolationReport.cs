using System.Globalization;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// Reports a broken rule: what it was, how to repeat it and, unless shrinking may take no time, the fewest faults that show it and
/// where its trace is.
/// </summary>
internal sealed class ViolationReport(TextWriter output, string directory, TimeSpan shrinkLimit)
{
    public void Write(Job job, SimulationReport report)
    {
        SimulationException violation = report.Violation!;
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"VIOLATION in seed {job.Seed}, weather {job.Profile}, "
            + $"{job.Options.Nodes} nodes, after {report.VirtualTime.TotalSeconds:F3} s"));
        output.WriteLine($"  set:    weather {job.Options.Weather}, {report.Settings}");
        output.WriteLine($"  rule:   {violation.Rule}");
        output.WriteLine($"  what:   {violation.Message.Split('\n')[0].TrimEnd()}");
        output.WriteLine($"  replay: {job.CommandLine()}");
        if (shrinkLimit > TimeSpan.Zero)
        {
            WriteShrunk(job, report);
        }
    }

    private void WriteShrunk(Job job, SimulationReport report)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  shrinking {report.Faults.Count} faults, for "
            + $"{shrinkLimit.TotalSeconds:F0} s at most ..."));
        ShrunkSimulation shrunk = Simulation.Shrink(report, job.Options, shrinkLimit);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {shrunk.Report.Faults.Count} faults "
                + $"suffice{(shrunk.IsMinimal ? string.Empty : ", perhaps fewer")} (found in {shrunk.Runs} runs):"));
        foreach (Fault fault in shrunk.Report.Faults)
        {
            output.WriteLine($"    {fault}");
        }

        int[] numbers = [.. shrunk.Report.Faults.Select(fault => NumberOf(fault, report.Faults))];
        if (ShowsIt(job, report, numbers))
        {
            output.WriteLine($"  replay: {job.CommandLine(numbers)}");
        }

        (string text, string page) = TraceFiles.Write(directory, job, shrunk.Report.Trace!);
        output.WriteLine($"  trace:  {text}");
        output.WriteLine($"  page:   {page}");
    }

    private static int NumberOf(Fault fault, IReadOnlyList<Fault> schedule) =>
        1 + Enumerable.Range(0, schedule.Count).First(index => ReferenceEquals(schedule[index], fault));

    /// <summary>
    /// Whether the faults suffice in the whole duration too, which the replayed seed has; a shortened run may need its early
    /// healing.
    /// </summary>
    private static bool ShowsIt(Job job, SimulationReport report, int[] numbers) => string.Equals(
        Simulation.Run(job.Seed, job.Options with { Faults = [.. numbers.Select(number => report.Faults[number - 1])] }).Violation?.Rule,
        report.Violation!.Rule,
        StringComparison.Ordinal);
}
