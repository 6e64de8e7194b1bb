namespace ReplicatedLog;

/// <summary>The two in-process networks that the library ships. To the nodes they make no difference.</summary>
internal enum TransportKind
{
    Channel,
    Dictionary,
}

/// <summary>What the user asked for, or what is wrong with it.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        ReplicatedLog: three Raft nodes in one process keep one list of strings.

        usage: ReplicatedLog [options]

          (no options)             tells the story: elections, a crash, a partition, a repair
          --interactive            lets you propose, stop, start, isolate and heal;
                                   takes the same commands, one a line, from piped input
          --transport channel      System.Threading.Channels between the nodes (the default)
          --transport dictionary   a dictionary of lists between the nodes
          --help                   prints this

        The exit code is 0 if all three logs are equal in the end and, in the story, nothing
        acknowledged is missing or doubled; 1 if not; 2 if the options make no sense.
        """;

    public TransportKind Transport { get; private init; } = TransportKind.Channel;

    public bool Interactive { get; private init; }

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
                        return result with { Error = name is null ? "--transport needs a name: channel or dictionary." : $"There is no transport '{name}': choose channel or dictionary." };
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
