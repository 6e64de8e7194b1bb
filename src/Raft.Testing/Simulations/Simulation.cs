using System.Diagnostics;

namespace Raft.Testing;

/// <summary>
/// Runs a whole cluster through a weather of faults, with clients that propose all the while, and looks at every rule after
/// every step. In the end the faults heal, a majority of the nodes is up, and progress is demanded.
/// </summary>
public static class Simulation
{
    /// <summary>Runs one.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="options">What it is to do; null for the defaults.</param>
    /// <returns>What it did. A broken rule is reported, not thrown.</returns>
    public static SimulationReport Run(ulong seed, SimulationOptions? options = null)
    {
        SimulationRun run = new(seed, options ?? new SimulationOptions());
        SimulationException? violation = null;
        try
        {
            run.Execute();
        }
        catch (SimulationException exception)
        {
            violation = exception;
        }

        return run.Report(violation);
    }

    /// <summary>Draws the schedule of a run without running it.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="options">What it is to do; null for the defaults. Its <see cref="SimulationOptions.Faults"/> do not matter.</param>
    /// <returns>The faults, in the order in which they begin.</returns>
    public static IReadOnlyList<Fault> DrawFaults(ulong seed, SimulationOptions? options = null)
    {
        options ??= new SimulationOptions();
        return options.Weather.Draw(SimulationRun.RandomOf(seed).Fork(), options.Nodes, options.Duration);
    }

    /// <summary>Shrinks the schedule of a run that broke a rule to as few faults as still break the same rule, by running parts of it.</summary>
    /// <param name="report">What the run did.</param>
    /// <param name="options">What it was run with; null for the defaults.</param>
    /// <param name="timeLimit">How long to try, in real time, apart from the run under way then; null for a minute. The result is the smallest so far.</param>
    /// <returns>The smallest schedule that was found; run again, its events kept.</returns>
    /// <exception cref="ArgumentException">The run broke no rule.</exception>
    public static ShrunkSimulation Shrink(SimulationReport report, SimulationOptions? options = null, TimeSpan? timeLimit = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Violation is null)
        {
            throw new ArgumentException("The run broke no rule, so there is nothing to shrink.", nameof(report));
        }

        TimeSpan limit = timeLimit ?? TimeSpan.FromMinutes(1);
        Stopwatch watch = Stopwatch.StartNew();
        ScheduleShrinker shrinker = new(candidate => Run(report.Seed, candidate), () => watch.Elapsed >= limit);
        ShrunkSimulation shrunk = shrinker.Shrink(report, (options ?? new SimulationOptions()) with { KeepsEvents = false });
        SimulationOptions recorded = shrunk.Options with { KeepsEvents = true };
        return shrunk with { Options = recorded, Report = Run(report.Seed, recorded) };
    }
}
