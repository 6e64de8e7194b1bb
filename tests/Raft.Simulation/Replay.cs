using System.Globalization;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>Runs one simulation again, all of it or with some of its faults, and writes its trace.</summary>
internal static class Replay
{
    /// <exception cref="ArgumentException">The schedule has no fault of such a number.</exception>
    public static SimulationReport Run(Job job, IReadOnlyList<int>? faults)
    {
        SimulationOptions options = job.Options;
        if (faults is not null)
        {
            // The same draw as in the simulation, which draws the schedule before anything else happens.
            IReadOnlyList<Fault> schedule = Simulation.DrawFaults(job.Seed, options);
            if (faults.Any(number => number > schedule.Count))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The schedule has {schedule.Count} "
                    + $"faults."), nameof(faults));
            }

            options = options with { Faults = [.. faults.Select(number => schedule[number - 1])] };
        }

        return Simulation.Run(job.Seed, options with { KeepsEvents = true });
    }
}
