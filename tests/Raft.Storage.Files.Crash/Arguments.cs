using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>The command line.</summary>
internal sealed record Arguments(string Mode, int Rounds, long Seed, Defect Defect)
{
    public const string Usage = """
        Usage: Raft.Storage.Files.Crash MODE [--rounds N] [--seed N] [--defect NAME]

        Modes:
          kill         kills a process that writes to a folder, 50 times
          cluster      kills a process with a cluster of three nodes, 5 times
          power-loss   copies an ext4 disk under load, 50 times, as losses of power would leave it (Linux, as root)
          order        checks the order of writes, syncs and acknowledgements with strace (Linux)

        With --defect AcknowledgeEarly, NoSync or NoDirectorySync, the storage has that defect, and the run succeeds only if it is detected.
        Exit codes: 0 for success, 1 for a failure, 2 for wrong arguments, 77 if the run is not possible here.
        """;

    private const int DefaultRounds = 50;
    private const int DefaultClusterRounds = 5;

    /// <returns>Null if they are wrong.</returns>
    public static Arguments? Parse(string[] arguments)
    {
        if (arguments.Length % 2 == 0 || arguments[0] is not ("kill" or "cluster" or "power-loss" or "order"))
        {
            return null;
        }

        Arguments parsed = new(
            arguments[0], arguments[0] == "cluster" ? DefaultClusterRounds : DefaultRounds, Random.Shared.Next(1_000_000), Defect.None);
        for (int i = 1; i < arguments.Length; i += 2)
        {
            bool isNumber = int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
            Arguments? next = arguments[i] switch
            {
                "--rounds" when isNumber => parsed with { Rounds = number },
                "--seed" when isNumber => parsed with { Seed = number },
                "--defect" when !isNumber && Enum.TryParse(arguments[i + 1], out Defect defect) => parsed with { Defect = defect },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            parsed = next;
        }

        return parsed;
    }
}
