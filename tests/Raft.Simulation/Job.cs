using System.Globalization;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>One simulation to run.</summary>
/// <param name="Seed">What everything in it follows from.</param>
/// <param name="Profile">Which faults come, and which stores the nodes use.</param>
/// <param name="Nodes">How many nodes; null for a number that follows from the seed: mostly 3 or 5, sometimes 1, 2, 4 or 7.</param>
/// <param name="Minutes">How long the weather lasts, in virtual time.</param>
internal sealed record Job(ulong Seed, Profile Profile, int? Nodes, double Minutes)
{
    private const ulong Salt = 0x5EED_0F_0DE5; // so that the number of nodes has nothing to do with what the seed draws otherwise

    /// <summary>
    /// The usual sizes come most often. Even ones are poor choices in production, and show what an odd one hides: a half that is no
    /// majority.
    /// </summary>
    private static readonly int[] Sizes = [3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 4, 4, 4, 2, 7, 1];

    public SimulationOptions Options => new()
    {
        Nodes = Nodes ?? Sizes[new SeededRandom(Seed ^ Salt).Next(Sizes.Length)],
        Weather = Profile.WeatherOf(Seed),
        Storage = Profile.Storage,
        Transports = Profile.Transports,
        RecoveryTimeouts = Profile.RecoveryTimeouts,
        Duration = TimeSpan.FromMinutes(Minutes),
    };

    /// <summary>What to type to run it again.</summary>
    /// <param name="faults">The numbers of the faults that count; null for all.</param>
    public string CommandLine(IEnumerable<int>? faults = null)
    {
        string command = string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet run -c Release --project tests/Raft.Simulation -- --seed {Seed} --minutes {Minutes} --profile {Profile} --nodes "
                + $"{Options.Nodes}");
        return faults is null ? command : $"{command} --faults {NumberList.Format(faults)}";
    }
}
