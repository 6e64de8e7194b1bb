using System.Globalization;

namespace Raft.SimulationRuns;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: Raft.Simulation [--seeds FIRST-LAST] [options]     runs many simulations, on all cores
               Raft.Simulation --seed N [options]                 runs one again, and writes its trace
               Raft.Simulation --known-seeds FILE [options]       runs those that a file lists

          --seeds 1-2000       The seeds to run. Default 1-100.
          --minutes 10         How long clients and faults are active, in virtual minutes. Default 10.
          --profile NAME       calm, lossy, partitions, crashes, disk, clocks, identity, setup, everything; or files, the file storage,
                               or network, the TCP transport, in a weather that the seed determines. Several with commas, or all. Default everything.
          --nodes 3            How many nodes, 1 to 64. Default mixed: mostly 3 or 5, sometimes 1, 2, 4 or 7, by the seed.
          --faults 3,17        With --seed: only these faults of the schedule, by number, or none.
          --stop-at-first      Starts no more simulations after a violation.
          --output DIRECTORY   Folder for traces. Default artifacts/simulation.
          --shrink-seconds 60  How long to look for the fewest faults that still show a violation. Default 60. With 0, the
                               violation is reported without that search and without a trace.

        Ends with 0, with 1 if a rule was broken, or with 2 if the command line is invalid.
        """;

    private const int MaximumNodes = 64;
    private const double MaximumMinutes = 10_000;
    private const double MaximumShrinkSeconds = 86_400;

    public ulong FirstSeed { get; init; } = 1;

    public ulong LastSeed { get; init; } = 100;

    public double Minutes { get; init; } = 10;

    public IReadOnlyList<Profile> Profiles { get; init; } = [Profile.Find("everything")!];

    /// <summary>Null for as many as the seed has it.</summary>
    public int? Nodes { get; init; }

    /// <summary>Whether it is one seed, to be run again with its trace.</summary>
    public bool Replays { get; init; }

    public IReadOnlyList<int>? Faults { get; init; }

    public string? KnownSeeds { get; init; }

    public bool StopAtFirst { get; init; }

    public string Output { get; init; } = Path.Combine("artifacts", "simulation");

    /// <summary>Zero for not at all.</summary>
    public TimeSpan ShrinkLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="error">What is wrong with it, if it makes no sense.</param>
    /// <returns>What it asks for; null if it makes no sense.</returns>
    public static Arguments? Parse(IReadOnlyList<string> args, out string error)
    {
        error = string.Empty;
        Arguments parsed = new();
        for (int i = 0; i < args.Count; i++)
        {
            if (args[i] == "--stop-at-first")
            {
                parsed = parsed with { StopAtFirst = true };
                continue;
            }

            string name = args[i];
            if (!name.StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Count)
            {
                error = name.StartsWith("--", StringComparison.Ordinal)
                    ? $"{name} is unknown, or its value is missing."
                    : $"'{name}' is no option.";
                return null;
            }

            string value = args[++i];
            if (parsed.With(name, value) is not { } next)
            {
                error = $"{name} {value} makes no sense.";
                return null;
            }

            parsed = next;
        }

        error = parsed.Contradiction() ?? string.Empty;
        return error.Length == 0 ? parsed : null;
    }

    private static bool TryParseSeed(string text, out ulong seed) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed);

    private static bool TryParseSeconds(string text, out TimeSpan duration)
    {
        bool isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and <= MaximumShrinkSeconds;
        duration = TimeSpan.FromSeconds(isNumber ? seconds : 0);
        return isNumber;
    }

    private static bool TryParsePositive(string text, double maximum, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number > 0 && number <= maximum;

    private static List<Profile>? ParseProfiles(string text)
    {
        List<Profile> profiles = [];
        foreach (string name in text.Split(','))
        {
            if (name == "all")
            {
                profiles.AddRange(Profile.All);
            }
            else if (Profile.Find(name) is { } profile)
            {
                profiles.Add(profile);
            }
            else
            {
                return null;
            }
        }

        return [.. profiles.Distinct()];
    }

    private Arguments? With(string name, string value) => name switch
    {
        "--seeds" => WithSeeds(value),
        "--seed" => TryParseSeed(value, out ulong seed) ? this with { FirstSeed = seed, LastSeed = seed, Replays = true } : null,
        "--minutes" => TryParsePositive(value, MaximumMinutes, out double minutes) ? this with { Minutes = minutes } : null,
        "--profile" => ParseProfiles(value) is { } profiles ? this with { Profiles = profiles } : null,
        "--nodes" when value == "mixed" => this with { Nodes = null },
        "--nodes" =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int nodes) && nodes is >= 1 and <= MaximumNodes
            ? this with { Nodes = nodes }
            : null,
        "--faults" => NumberList.TryParse(value, out IReadOnlyList<int> faults) ? this with { Faults = faults } : null,
        "--known-seeds" => this with { KnownSeeds = value },
        "--output" when value.Length > 0 => this with { Output = value },
        "--shrink-seconds" => TryParseSeconds(value, out TimeSpan limit) ? this with { ShrinkLimit = limit } : null,
        _ => null,
    };

    private Arguments? WithSeeds(string value)
    {
        string[] ends = value.Split('-');
        return ends.Length <= 2 && TryParseSeed(ends[0], out ulong first) && TryParseSeed(ends[^1], out ulong last) && first <= last
            && last - first < int.MaxValue
            ? this with { FirstSeed = first, LastSeed = last }
            : null;
    }

    private string? Contradiction() =>
        Faults is not null && !Replays ? "--faults needs --seed: each seed has a schedule of its own."
        : Replays && Profiles.Count != 1 ? "--seed runs one simulation, so it takes one --profile."
        : Replays && KnownSeeds is not null ? "--seed and --known-seeds do not go together."
        : null;
}
