using System.Globalization;

namespace Raft.Benchmarks;

/// <summary>What is measured.</summary>
internal enum Command
{
    Compare,
    Micro,
    Scale,
    Idle,
    Failover,
    Sustain,
    Disk,
    Tcp,
    Histories,
    Server,
    Reads,
}

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: Raft.Benchmarks compare  [--quick] [--output FOLDER] [--only NAMES] [--proposers NUMBERS]
               Raft.Benchmarks scale    [--quick] [--output FOLDER] [--only NAMES]
               Raft.Benchmarks idle     [--quick] [--output FOLDER]
               Raft.Benchmarks failover [--quick] [--output FOLDER]
               Raft.Benchmarks sustain  [--quick] [--output FOLDER]
               Raft.Benchmarks disk     [--quick] [--output FOLDER] [--only NAMES] [--data FOLDER] [--seconds NUMBER]
               Raft.Benchmarks tcp      [--quick] [--output FOLDER] [--only NAMES] [--proposers NUMBERS] [--data FOLDER]
               Raft.Benchmarks server   the options of disk, and [--proposers NUMBERS]
               Raft.Benchmarks reads    [--quick] [--output FOLDER] [--only NAMES]
               Raft.Benchmarks histories [--quick] [--output FOLDER]
               Raft.Benchmarks micro    [arguments of BenchmarkDotNet]

          compare              This library, DotNext, and the same flow without Raft, side by side.
          scale                The cost of a commit with more nodes, larger payloads, more proposers, a longer log.
          idle                 The cost of groups without proposals.
          failover             The time until the others commit again after their leader is cut off.
          sustain              A minute at full speed: throughput, pauses and memory over time.
          disk                 The log in files, alone and under three nodes, compared with bare writes and syncs.
          tcp                  Three nodes over TCP, in one process and in three, compared with DotNext and with bare sockets.
          reads                Local and linearizable reads and commits, on the leader and on a follower, in one process and over TCP.
          histories            The linearizability checker of Raft.Testing, on histories of 100,000 operations.
          server               samples/KeyValueService over HTTP, next to etcd and to the same interface without Raft.
          micro                Individual parts, with BenchmarkDotNet.

          --quick              Shorter runs with less exact figures.
          --output FOLDER      Folder for reports and plots. Default artifacts/benchmarks.
          --only channel,bare  compare: some of channel, memory, dotnext, bare.
                               scale: some of nodes, payload, proposers, retained, digests.
                               disk: some of store, nodes, folders, opening, checksums.
                               tcp: some of tcp, tls, dotnext, framed, processes.
                               server: some of raft, etcd, bare.
                               reads: some of channel, tcp.
          --proposers 64,256   compare, disk, tcp, server: only the cases with these numbers of proposers or clients.
          --data FOLDER        disk, tcp, server: a folder on the disk to measure. Default artifacts.
          --seconds 5          disk, server: the duration of each measurement. Default 5 and 4, with --quick 1.

        Ends with 0, with 1 if a run went wrong, or with 2 if the command line is invalid.
        """;

    /// <summary>What <c>--only</c> may name, by command.</summary>
    private static readonly Dictionary<Command, string[]> Parts = new()
    {
        [Command.Compare] = ["channel", "memory", "dotnext", "bare"],
        [Command.Scale] = ["nodes", "payload", "proposers", "retained", "digests"],
        [Command.Disk] = ["store", "nodes", "folders", "opening", "checksums"],
        [Command.Tcp] = ["tcp", "tls", "dotnext", "framed", "processes"],
        [Command.Server] = ["raft", "etcd", "bare"],
        [Command.Reads] = ["channel", "tcp"],
    };

    public Command Command { get; init; }

    public bool IsQuick { get; init; }

    public string Output { get; init; } = Path.Combine("artifacts", "benchmarks");

    /// <summary>Empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Empty for all.</summary>
    public IReadOnlyList<int> Proposers { get; init; } = [];

    /// <summary>A folder on the disk to measure.</summary>
    public string Data { get; init; } = "artifacts";

    /// <summary>The duration of each measurement of a disk; null for the default.</summary>
    public int? Seconds { get; init; }

    /// <summary>The arguments that are passed to BenchmarkDotNet.</summary>
    public IReadOnlyList<string> Rest { get; init; } = [];

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="error">What is wrong with it, if it makes no sense.</param>
    /// <returns>What it asks for; null if it makes no sense.</returns>
    public static Arguments? Parse(IReadOnlyList<string> args, out string error)
    {
        error = string.Empty;
        if (args.Count == 0)
        {
            error = "Say what to measure.";
            return null;
        }

        if (!Enum.TryParse(args[0], ignoreCase: true, out Command command) || !Enum.IsDefined(command) || !char.IsLetter(args[0][0]))
        {
            error = $"'{args[0]}' is no command.";
            return null;
        }

        Arguments parsed = new() { Command = command };
        return command == Command.Micro
            ? parsed with { Rest = [.. args.Skip(1)] }
            : parsed.WithOptions(args, ref error);
    }

    /// <summary>Whether a part is asked for.</summary>
    public bool Includes(string part) => Only.Count == 0 || Only.Contains(part);

    private static List<int>? ParseNumbers(string text)
    {
        List<int> numbers = [];
        foreach (string part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private Arguments? WithOptions(IReadOnlyList<string> args, ref string error)
    {
        Arguments parsed = this;
        for (int i = 1; i < args.Count; i++)
        {
            string name = args[i];
            if (name == "--quick")
            {
                parsed = parsed with { IsQuick = true };
                continue;
            }

            if (name is not ("--output" or "--only" or "--proposers" or "--data" or "--seconds") || i + 1 == args.Count)
            {
                error = $"'{name}' is unknown, or its value is missing.";
                return null;
            }

            if (parsed.With(name, args[++i]) is not { } next)
            {
                error = $"{name} {args[i]} makes no sense for {Command.ToString().ToLowerInvariant()}.";
                return null;
            }

            parsed = next;
        }

        return parsed;
    }

    private bool UsesDisk => Command is Command.Disk or Command.Tcp or Command.Server;

    private Arguments? With(string name, string value) => name switch
    {
        "--output" when value.Length > 0 => this with { Output = value },
        "--only" when Parts.TryGetValue(Command, out string[]? parts) && value.Split(',').All(parts.Contains) =>
            this with { Only = value.Split(',') },
        "--proposers" when (UsesDisk || Command == Command.Compare) && ParseNumbers(value) is { } numbers =>
            this with { Proposers = numbers },
        "--data" when UsesDisk && value.Length > 0 => this with { Data = value },
        "--seconds" when UsesDisk && Command != Command.Tcp && ParseNumbers(value) is [int seconds] => this with { Seconds = seconds },
        _ => null,
    };
}
