using System.Diagnostics;
using Raft.SimulationRuns;
using Raft.Testing;

const int ShrunkViolations = 3; // those that follow are most likely the same

if (Arguments.Parse(args, out string error) is not { } arguments)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

Stopwatch watch = Stopwatch.StartNew();
Totals totals = new();
try
{
    if (arguments.Replays)
    {
        Job job = new(arguments.FirstSeed, arguments.Profiles[0], arguments.Nodes, arguments.Minutes);
        SimulationReport report = Replay.Run(job, arguments.Faults);
        totals.Add(job, report);
        (string text, string page) = TraceFiles.Write(arguments.Output, job, report.Trace!);
        Console.WriteLine($"settings: {report.Settings}");
        Console.WriteLine(report.Violation?.Message ?? "No rule was broken.");
        Console.WriteLine($"trace: {text}");
        Console.WriteLine($"page:  {page}");
    }
    else
    {
        IReadOnlyList<Job> jobs = JobList.Of(arguments);
        Progress progress = new(jobs.Count, totals);
        Batch batch = new(jobs, static job => Simulation.Run(job.Seed, job.Options));
        progress.Show(() => batch.Run(Environment.ProcessorCount, arguments.StopAtFirst, (job, report) =>
        {
            totals.Add(job, report);
            progress.Advance();
        }));
    }
}
catch (Exception exception) when (exception is FormatException or ArgumentException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

TimeSpan simulated = watch.Elapsed;
if (!arguments.Replays)
{
    ViolationReport report = new(Console.Out, arguments.Output, arguments.ShrinkLimit);
    IReadOnlyList<(Job Job, SimulationReport Report)> violations = totals.Violations;
    foreach ((Job job, SimulationReport broken) in violations.Take(ShrunkViolations))
    {
        report.Write(job, broken);
    }

    foreach ((Job job, SimulationReport broken) in violations.Skip(ShrunkViolations))
    {
        Console.WriteLine($"VIOLATION: {broken.Violation!.Rule}. {job.CommandLine()}");
    }
}

foreach (string line in totals.RateLines())
{
    Console.WriteLine(line);
}

Console.WriteLine(totals.Summary(simulated));
return totals.ViolationCount == 0 ? 0 : 1;
