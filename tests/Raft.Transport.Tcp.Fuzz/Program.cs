using System.Diagnostics;
using System.Globalization;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>
/// Gives the TCP transport handshakes and frames that are valid, changed, cut, spliced and repeated, over streams in memory, and checks what
/// must hold for each. Ends with 1 if something does not, after it has saved the input.
/// </summary>
internal static class Program
{
    private const string Usage = """
        Usage: Raft.Transport.Tcp.Fuzz [--bytes 10000000] [--seed N] [--output FOLDER]
               Raft.Transport.Tcp.Fuzz --replay FILE
        """;

    private const long Step = 50_000_000;

    public static int Main(string[] args)
    {
        SortedDictionary<string, string> options = new(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i += 2)
        {
            bool isKnown = args[i] is "--bytes" or "--seed" or "--output" or "--replay" && i + 1 < args.Length;
            if (!isKnown)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }

            options[args[i]] = args[i + 1];
        }

        if (options.TryGetValue("--replay", out string? file))
        {
            return Replay(file);
        }

        int seed = options.TryGetValue("--seed", out string? text)
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFFFFFF;
        long bytes = options.TryGetValue("--bytes", out string? number) ? long.Parse(number, CultureInfo.InvariantCulture) : 10_000_000;
        return Run(seed, bytes, options.GetValueOrDefault("--output", Path.GetTempPath()));
    }

    private static int Run(int seed, long bytes, string folder)
    {
        Console.WriteLine($"seed {seed}");
        FuzzRun run = new(seed);
        Stopwatch time = Stopwatch.StartNew();
        try
        {
            for (long until = Math.Min(Step, bytes); ; until = Math.Min(until + Step, bytes))
            {
                run.Run(until);
                if (until == bytes)
                {
                    break;
                }

                Console.WriteLine($"{run.Bytes} bytes after {time.Elapsed.TotalSeconds:N0} s");
            }
        }
        catch (FuzzException failure)
        {
            string path = Path.Combine(folder, $"fuzz-{seed}-{run.Inputs}.input");
            run.Last!.Save(path);
            Console.WriteLine($"FAILURE at input {run.Inputs}: {failure.Message}");
            Console.WriteLine($"Repeat it with --replay {path}, or from the start with --seed {seed}.");
            return 1;
        }

        run.Print(Console.Out, time);
        return 0;
    }

    private static int Replay(string file)
    {
        try
        {
            Console.WriteLine(new Target().Run(FuzzInput.Load(file)).Text);
            return 0;
        }
        catch (FuzzException failure)
        {
            Console.WriteLine($"FAILURE: {failure.Message}");
            return 1;
        }
    }
}
