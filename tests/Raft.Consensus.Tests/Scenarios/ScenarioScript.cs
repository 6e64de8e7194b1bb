using System.Globalization;
using System.Text;
using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Scenarios;

/// <summary>Runs the commands of a scenario and writes the file again, with what the cluster did after each command.</summary>
internal sealed class ScenarioScript
{
    private const string CommandMark = "> ";

    private readonly StringBuilder _output = new();
    private readonly SortedSet<NodeId> _down = [];
    private readonly List<string> _identities = [];
    private ModuleCluster? _cluster;
    private ScenarioTrace? _trace;

    private ModuleCluster Cluster => _cluster ?? throw new FormatException("A scenario begins with the command: cluster N");

    private ScenarioTrace Trace => _trace ?? throw new FormatException("A scenario begins with the command: cluster N");

    /// <summary>Runs a scenario.</summary>
    /// <param name="text">The file. Indented lines are what the cluster did; they are left out and written again.</param>
    /// <returns>The file with what the cluster did this time.</returns>
    public static string Run(string text)
    {
        ScenarioScript script = new();
        foreach (string line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            script.Take(line);
        }

        return script._output.ToString();
    }

    private void Take(string line)
    {
        if (line.StartsWith(' '))
        {
            return;
        }

        _output.Append(line).Append('\n');
        if (line.StartsWith(CommandMark, StringComparison.Ordinal))
        {
            Execute(line[CommandMark.Length..]);
            foreach (string happened in _trace?.Take() ?? [])
            {
                _output.Append("  ").Append(happened).Append('\n');
            }
        }
    }

    private void Execute(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments = words[1..];
        switch (words[0])
        {
            case "cluster":
                Begin(arguments);
                break;
            case "log":
                Cluster.Preset(arguments[0], Number(arguments[1]), [.. arguments[2..].Select(Number)]);
                break;
            case "identity":
                SetIdentity(arguments[0], arguments[1..]);
                break;
            case "join":
                StartOver(arguments[0], new HardState(0, null) { Join = new JoinState(CommitIndex: null) });
                break;
            case "timeout":
                Cluster.TimeOut(arguments[0]);
                break;
            case "elect":
                Trace.IsQuiet = true;
                Cluster.TimeOut(arguments[0]);
                DeliverAll();
                break;
            case "deliver":
                Deliver(arguments);
                break;
            case "settle":
                Trace.IsQuiet = true;
                DeliverAll();
                break;
            case "repeat":
                Deliver(Cluster.Delivered.First(
                    message => message is AppendEntriesMessage { Entries.IsEmpty: false } && IsBetween(message, arguments)));
                break;
            case "lose":
                Cluster.InFlight.RemoveAll(message => IsBetween(message, arguments));
                break;
            case "propose":
                Propose(arguments[0]);
                break;
            case "heartbeat":
                Cluster.Clock.Advance(Settings.Plain.HeartbeatInterval);
                Cluster[arguments[0]].AdvanceTime();
                break;
            case "isolate":
                Cluster.Isolate(arguments[0]);
                break;
            case "cut":
                Cut(arguments);
                break;
            case "heal":
                Heal();
                break;
            case "crash":
                Crash(arguments[0]);
                break;
            case "restart":
                _down.Remove(arguments[0]);
                Cluster[arguments[0]].CrashAndRestart();
                break;
            case "transfer":
                Transfer(arguments[0], arguments[1]);
                break;
            case "hand-over":
                HandOver(arguments[0]);
                break;
            case "snapshot":
                Cluster[arguments[0]].Compact();
                break;
            case "show":
                Trace.Show();
                break;
            default:
                throw new FormatException($"This command is unknown: {command}");
        }

        Trace.NoteChanges();
        Trace.IsQuiet = false;
    }

    private void Begin(string[] arguments)
    {
        Settings settings = Settings.Plain;
        foreach (string option in arguments[1..])
        {
            settings = option switch
            {
                "pre-vote" => settings with { PreVote = true, CheckQuorum = true, LeaderStickiness = true },
                "one-entry-messages" => settings with { MaximumMessageEntries = 1 },
                _ => throw new FormatException($"This option is unknown: {option}"),
            };
        }

        _cluster = new ModuleCluster((int)Number(arguments[0]), settings);
        _trace = new ScenarioTrace(_cluster, _down.Contains);
    }

    private void DeliverAll()
    {
        while (Cluster.InFlight.Count > 0)
        {
            Deliver(Cluster.InFlight[0]);
        }
    }

    /// <summary>Delivers all messages that are under way now from one node to another, or until nothing is under way any more.</summary>
    private void Deliver(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            DeliverAll();
            return;
        }

        foreach (RaftMessage message in Cluster.InFlight.Where(message => IsBetween(message, arguments)).ToArray())
        {
            Deliver(message);
        }
    }

    private void Deliver(RaftMessage message)
    {
        Trace.NoteChanges(); // those before it
        Trace.Note(message);
        Cluster.Deliver(message);
        Trace.NoteChanges();
    }

    private void Propose(string leader)
    {
        ProposeResult result = Cluster[leader].Propose(new byte[] { 1 });
        if (result != ProposeResult.Appended)
        {
            Trace.Note($"{leader} refuses the proposal: {result}");
        }
    }

    private void Transfer(string leader, string target)
    {
        TransferStart start = default;
        Cluster[leader].Batch(module => start = module.BeginTransfer(target, Settings.Plain.MaximumElectionTimeout, Cluster.Clock.Now));
        if (start != TransferStart.Begun)
        {
            Trace.Note($"{leader} refuses the transfer: {start}");
        }
    }

    /// <summary>The host of the leader has answered its callers.</summary>
    private void HandOver(string leader)
    {
        if (!Cluster[leader].Module.IsReadyToHandOver)
        {
            Trace.Note($"{leader} is not ready to hand over");
        }

        Cluster[leader].Batch(static module => module.HandOver());
    }

    private void SetIdentity(string name, string[] nodes)
    {
        if (!_identities.Contains(name))
        {
            _identities.Add(name);
        }

        ClusterIdentity identity = new((UInt128)(_identities.IndexOf(name) + 1));
        foreach (string node in nodes)
        {
            StartOver(node, new HardState(0, null) { Identity = identity });
        }
    }

    /// <summary>Starts a node with an empty log.</summary>
    private void StartOver(string id, HardState hardState)
    {
        _down.Remove(id);
        Cluster[id].Disk.Crash();
        Cluster[id].Disk.Preset(hardState, []);
        Cluster[id].Restart();
    }

    /// <summary>Cuts the links between two sides, as in: n1 n2 from n3 n4 n5.</summary>
    private void Cut(string[] arguments)
    {
        int middle = Array.IndexOf(arguments, "from");
        NodeId[] others = [.. arguments[(middle + 1)..].Select(static id => new NodeId(id))];
        foreach (string one in arguments[..middle])
        {
            Cluster.Cut(one, others);
        }
    }

    private void Heal()
    {
        Cluster.Heal();
        Cluster.Drop = message => _down.Contains(message.From) || _down.Contains(message.To);
    }

    private void Crash(string id)
    {
        _down.Add(id);
        Cluster.Drop = message => _down.Contains(message.From) || _down.Contains(message.To);
        Cluster.InFlight.RemoveAll(Cluster.Drop);
    }

    private static bool IsBetween(RaftMessage message, string[] arguments) =>
        (arguments.Length < 1 || message.From == arguments[0]) && (arguments.Length < 2 || message.To == arguments[1]);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
