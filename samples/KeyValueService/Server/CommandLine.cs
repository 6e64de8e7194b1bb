namespace KeyValueService.Server;

/// <summary>The options of the command line. Each is a short form of a setting, so that a file or the environment can set it too.</summary>
internal static class CommandLine
{
    public const string Usage = """
        Usage: KeyValueService                        three nodes in this process, with their logs in memory
               KeyValueService --node ID --members ID=HOST:PORT,... --data DIR --http HOST:PORT
                               [--endpoints ID=URL,...] [--certs DIR] [--settings FILE]
               KeyValueService --local COUNT --data DIR [--certs DIR]

          --node ID            Runs one node of a cluster, with its log in files, over TCP.
          --members LIST       The nodes of the cluster, with their addresses for each other. The same on each node.
          --data DIR           The folder for the logs. The node uses DIR/ID.
          --http HOST:PORT     Where this node listens for HTTP.
          --endpoints LIST     The HTTP addresses of the nodes, to redirect clients to the leader. By default, the host of each
                               member, with the port of --http.
          --certs DIR          TLS between nodes, with ca.pem, ID.pem and ID-key.pem of this folder.
          --settings FILE      More settings, in the form of appsettings.json.
          --local COUNT        Starts that many nodes, each in a process of its own, on free ports of this machine.

        Any setting can be given too, such as --Raft:MinimumElectionTimeout=00:00:02 or --Logging:LogLevel:Raft=Debug.
        """;

    public static readonly Dictionary<string, string> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--node"] = ServerSettings.NodeKey,
        ["--members"] = ServerSettings.MembersKey,
        ["--data"] = ServerSettings.DataKey,
        ["--http"] = ServerSettings.HttpKey,
        ["--endpoints"] = ServerSettings.EndpointsKey,
        ["--certs"] = ServerSettings.CertificatesKey,
        ["--settings"] = ServerSettings.FileKey,
        ["--local"] = ServerSettings.LocalKey,
        ["--stop-at-end-of-input"] = ServerSettings.StopAtEndOfInputKey,
    };

    /// <summary>What ASP.NET Core reads from the command line, and the sections that a test host gives without a value.</summary>
    private static readonly HashSet<string> OfTheHost = new(
        ["--urls", "--environment", "--contentRoot", "--applicationName", "--Raft", "--Server", "--Logging"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses what the configuration would ignore: a name that is misspelt, or an option without a value.</summary>
    /// <exception cref="InvalidSettingsException">There is such a thing.</exception>
    public static void Check(IReadOnlyList<string> arguments)
    {
        List<string> problems = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i].Split('=', 2)[0];
            bool hasValue = name.Length < arguments[i].Length;
            if (!name.StartsWith("--", StringComparison.Ordinal) || !IsKnown(name))
            {
                problems.Add($"'{arguments[i]}' is not an option.");
            }
            else if (!hasValue && (++i == arguments.Count || arguments[i].StartsWith("--", StringComparison.Ordinal)))
            {
                problems.Add($"{name} needs a value.");
                i--; // that is the next option
            }
        }

        if (problems.Count > 0)
        {
            throw new InvalidSettingsException([.. problems, "", Usage]);
        }
    }

    /// <summary>The arguments that are settings of the configuration, rather than options of this program.</summary>
    public static IReadOnlyList<string> FindSettings(IReadOnlyList<string> arguments)
    {
        List<string> found = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            bool hasValue = arguments[i].Contains('=', StringComparison.Ordinal);
            string[] option = hasValue ? [arguments[i]] : [arguments[i], arguments[++i]];
            if (option[0].Split('=')[0].Contains(':', StringComparison.Ordinal))
            {
                found.AddRange(option);
            }
        }

        return found;
    }

    private static bool IsKnown(string name) =>
        Switches.ContainsKey(name) || OfTheHost.Contains(name) || name.Contains(':', StringComparison.Ordinal);
}
