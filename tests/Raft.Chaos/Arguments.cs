using System.Globalization;

namespace Raft.Chaos;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: Raft.Chaos [--seconds N] [--nodes N] [--seed N] [--tls yes|no] [--volumes yes|no] [--clients N] [--faults KIND,...]
                          [--output DIR] [--schedule N]

          --seconds N    how long faults strike: 60 unless given
          --nodes N      how many nodes: 5 unless given; 3, 5 or 7
          --seed N       repeats the schedule of faults; random unless given
          --tls yes|no   whether nodes use TLS: if the seed is odd, unless given
          --volumes no   uses folders instead of small file systems, so that no disk is full
          --clients N    how many clients: 16 unless given
          --faults KINDS which kinds of faults strike, with commas between them: all unless given
          --output DIR   where a failure leaves folders, logs and histories: artifacts/chaos unless given
          --schedule N   prints the first N steps of the schedule and ends

        Exit codes: 0 for success, 1 for a failure, 2 for wrong arguments, 77 if the run is not possible here, 130 if it was interrupted.
        """;

    public int Seconds { get; init; } = 60;

    public int Nodes { get; init; } = 5;

    public int Seed { get; init; } = Random.Shared.Next(1_000_000);

    public bool? Tls { get; init; }

    public bool UsesVolumes { get; init; } = true;

    public int Clients { get; init; } = 16;

    /// <summary>The kinds of faults that strike; empty for all.</summary>
    public IReadOnlyList<FaultKind> Faults { get; init; } = [];

    public string Output { get; init; } = Path.Combine("artifacts", "chaos");

    /// <summary>How many steps of the schedule to print instead of a run; 0 for a run.</summary>
    public int ScheduleSteps { get; init; }

    /// <summary>Whether nodes use TLS.</summary>
    public bool UsesTls => Tls ?? Seed % 2 == 1;

    /// <summary>After how many entries nodes take snapshots: rarely or often, as the seed says.</summary>
    public int SnapshotAfter => Seed / 2 % 2 == 0 ? 2_000 : 20_000;

    /// <summary>The command that repeats the schedule.</summary>
    public string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/Raft.Chaos -- --seconds {Seconds} --nodes {Nodes} --seed {Seed} "
            + $"--tls {(UsesTls ? "yes" : "no")} --volumes {(UsesVolumes ? "yes" : "no")} --clients {Clients}"
            + $"{(Faults.Count > 0 ? $" --faults {string.Join(',', Faults)}" : "")}");

    /// <returns>Null if they are wrong.</returns>
    public static Arguments? Parse(string[] arguments)
    {
        Arguments? parsed = new();
        for (int i = 0; i < arguments.Length && parsed is not null; i += 2)
        {
            parsed = i + 1 < arguments.Length ? parsed.With(arguments[i], arguments[i + 1]) : null;
        }

        return parsed;
    }

    private Arguments? With(string name, string value)
    {
        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return (name, value) switch
        {
            ("--seconds", _) when isNumber && number > 0 => this with { Seconds = number },
            ("--nodes", _) when isNumber && number is 3 or 5 or 7 => this with { Nodes = number },
            ("--seed", _) when isNumber => this with { Seed = number },
            ("--clients", _) when isNumber && number is > 0 and <= 256 => this with { Clients = number },
            ("--schedule", _) when isNumber && number > 0 => this with { ScheduleSteps = number },
            ("--tls", "yes" or "no") => this with { Tls = value == "yes" },
            ("--volumes", "yes" or "no") => this with { UsesVolumes = value == "yes" },
            ("--faults", _) when TryParseFaults(value, out FaultKind[] faults) => this with { Faults = faults },
            ("--output", _) => this with { Output = value },
            _ => null,
        };
    }

    private static bool TryParseFaults(string value, out FaultKind[] faults)
    {
        string[] names = value.Split(',');
        faults = [.. Enum.GetValues<FaultKind>().Where(kind => names.Contains(kind.ToString()))];
        return faults.Length == names.Length;
    }
}
