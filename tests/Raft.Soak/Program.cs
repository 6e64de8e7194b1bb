using Raft.Testing;

namespace Raft.Soak;

/// <summary>
/// What no simulation can show: real threads, a real clock, and as much going wrong at once as fits into a minute.
/// <c>--fairness</c> and <c>--completions</c> run two smaller measurements of the same kind.
/// </summary>
internal static class Program
{
    private const string Usage = """
        Usage: Raft.Soak [--seconds 60] [--seed N] [--nodes 3|5] [--transport channel|dictionary] [--proposers 64]
               Raft.Soak --fairness
               Raft.Soak --completions [--count 10000000] [--seed N]
        """;

    public static async Task<int> Main(string[] args)
    {
        if (!TryParse(args, out SortedDictionary<string, string> options))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        int seed = Number(options, "seed", Environment.TickCount & 0xFFFFFF);
        if (options.ContainsKey("fairness"))
        {
            return await Fairness.RunAsync();
        }

        if (options.ContainsKey("completions"))
        {
            return await Completions.RunAsync(Number(options, "count", 10_000_000), seed);
        }

        bool dictionary = options.GetValueOrDefault("transport") == "dictionary";
        SoakNetwork network = new(dictionary ? new InMemoryNetwork() : new ChannelNetwork(), new FaultyNetwork((ulong)seed));
        SoakRun run = new(
            network,
            Number(options, "nodes", 3),
            Number(options, "proposers", 64),
            TimeSpan.FromSeconds(Number(options, "seconds", 60)),
            seed);
        return await run.RunAsync();
    }

    private static bool TryParse(string[] args, out SortedDictionary<string, string> options)
    {
        options = new(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : string.Empty;
            string value = name is "fairness" or "completions" ? "yes" : ++i < args.Length ? args[i] : string.Empty;
            bool known = name switch
            {
                "fairness" or "completions" => true,
                "seconds" or "count" or "proposers" => int.TryParse(value, out int number) && number > 0,
                "seed" => int.TryParse(value, out _),
                "nodes" => value is "3" or "5",
                "transport" => value is "channel" or "dictionary",
                _ => false,
            };
            if (!known)
            {
                return false;
            }

            options[name] = value;
        }

        return true;
    }

    private static int Number(SortedDictionary<string, string> options, string name, int otherwise) =>
        options.TryGetValue(name, out string? value) ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
