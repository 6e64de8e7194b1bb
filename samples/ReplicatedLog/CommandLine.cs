namespace ReplicatedLog;

/// <summary>The two in-process networks of the library. They make no difference to the nodes.</summary>
internal enum TransportKind
{
    Channel,
    Dictionary,
}

/// <summary>The options of the program, or what is wrong with them.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        ReplicatedLog: three Raft nodes in one process replicate a list of strings.

        usage: ReplicatedLog [options]

          (no options)             a narrated demonstration: elections, a crash, a partition, snapshots
          --interactive            lets you propose, stop, start, isolate and heal;
                                   also reads these commands from piped input, one per line
          --transport channel      System.Threading.Channels between the nodes (the default)
          --transport dictionary   a dictionary of lists between the nodes
          --data DIR               keeps the log of each node in a folder of its own in DIR. End the process
                                   in any way, even by kill -9, and run it again: everything that was
                                   acknowledged is there. Without it, the logs are in memory.
          --help                   prints this

        The exit code is 0 if all three logs are equal at the end and, in the demonstration, each
        acknowledged string is there once; 1 if not; 2 if an option is wrong. With --data, it is also 1
        if a string is missing that an earlier run had acknowledged.
        """;

    public TransportKind Transport { get; private init; } = TransportKind.Channel;

    public bool Interactive { get; private init; }

    /// <summary>The folder with the folders of the nodes; null to keep the logs in memory.</summary>
    public string? Data { get; private init; }

    public bool Help { get; private init; }

    public string? Error { get; private init; }

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        CommandLine result = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--help" or "-h" or "-?":
                    return result with { Help = true };
                case "--interactive":
                    result = result with { Interactive = true };
                    break;
                case "--data":
                    string? data = i + 1 < arguments.Count ? arguments[++i] : null;
                    if (string.IsNullOrWhiteSpace(data))
                    {
                        return result with { Error = "--data needs the path of a folder." };
                    }

                    result = result with { Data = Path.GetFullPath(data) };
                    break;
                case "--transport":
                    string? name = i + 1 < arguments.Count ? arguments[++i] : null;
                    TransportKind? kind = name switch
                    {
                        "channel" => TransportKind.Channel,
                        "dictionary" => TransportKind.Dictionary,
                        _ => null,
                    };
                    if (kind is null)
                    {
                        string error = name is null ? "--transport needs a name" : $"There is no transport '{name}'";
                        return result with { Error = $"{error}: choose channel or dictionary." };
                    }

                    result = result with { Transport = kind.Value };
                    break;
                default:
                    return result with { Error = $"There is no option '{arguments[i]}'." };
            }
        }

        return result;
    }
}
