using System.Net;
using System.Net.Sockets;
using Raft;

namespace CustomTransport;

/// <summary>
/// Starts two of three nodes as processes of this program, has them replicate strings and drop their log for a snapshot, and starts the
/// third one late. It can catch up only by the snapshot, which is larger than a datagram. Checks that all have the same log.
/// </summary>
internal sealed class Demonstration(IReadOnlyList<RaftMember> members, NodeProcesses processes)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>The long ones come first, so that the snapshot is larger than a datagram.</summary>
    private static readonly string[] Strings =
    [
        .. Enumerable.Range(1, 6).Select(static number => $"long text {number} {new string('x', 20_000)}"),
        "one node leads", "the others follow", "a majority decides", "and all agree",
    ];

    private readonly SortedDictionary<string, string> _logs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shortened = [];
    private string? _leader;
    private int _next;
    private bool _isProposed;

    private RaftMember Late => members[^1];

    private bool AllStringsCommitted => _next == Strings.Length;

    /// <summary>Runs the demonstration, with free ports of this machine if no members are given.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<RaftMember>? members)
    {
        members ??= FindFreeAddresses();
        using CancellationTokenSource timeLimit = new(TimeLimit);
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // end the child processes first
            timeLimit.Cancel();
        };

        NodeProcesses processes = new(members);
        bool agreed = false;
        try
        {
            agreed = await new Demonstration(members, processes).FollowAsync(timeLimit.Token);
        }
        catch (OperationCanceledException)
        {
            Say($"Interrupted, or not finished within {TimeLimit.TotalSeconds:0} seconds.");
        }
        catch (IOException)
        {
            Say("A process ended too early.");
        }
        finally
        {
            agreed &= await processes.EndAsync();
        }

        Say(agreed ? $"All {members.Count} processes have the same log." : "The processes do not have the same log; see above.");
        return agreed ? 0 : 1;
    }

    public static void Say(string text) => Console.WriteLine($"demo  {text}");

    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        Say($"Starting {members.Count - 1} of {members.Count} processes, each with one node. They know only each other's UDP addresses.");
        foreach (RaftMember member in members.Where(member => member != Late))
        {
            processes.Start(member.Id);
        }

        await foreach ((string id, string? line) in processes.ReadLinesAsync(cancellationToken))
        {
            if (line is null)
            {
                Say($"Process {id} ended too early.");
                return false;
            }

            Console.WriteLine($"  {id}  {line}");
            Interpret(id, line);
            if (AllHaveAllStrings())
            {
                return true;
            }

            // Only now: every entry that the snapshot contains is gone from the leader's log.
            if (AllStringsCommitted && _leader is not null && _shortened.Contains(_leader) && !processes.IsStarted(Late.Id))
            {
                Say($"Starting {Late.Id}, which needs the snapshot of {_leader}: the first entries are no longer in its log.");
                processes.Start(Late.Id);
            }

            await ProposeNextAsync();
        }

        return false;
    }

    private void Interpret(string id, string line)
    {
        if (line.StartsWith($"{NodeProcess.LeaderLine}{id} ", StringComparison.Ordinal))
        {
            _leader = id;
            Say($"Process {id} leads.");
        }
        else if (line.StartsWith(NodeProcess.StartLine, StringComparison.Ordinal))
        {
            _shortened.Add(id);
        }
        else if (line.StartsWith(NodeProcess.LogLine, StringComparison.Ordinal))
        {
            _logs[id] = line[NodeProcess.LogLine.Length..];
        }
        else if (line.StartsWith(NodeProcess.CommittedLine, StringComparison.Ordinal))
        {
            _isProposed = false;
            _next++;
        }
        else if (line.StartsWith(NodeProcess.RefusedLine, StringComparison.Ordinal))
        {
            // The leader changed. Proposing the string again may append it twice, on all nodes alike.
            _isProposed = false;
            _leader = _leader == id ? null : _leader;
        }
    }

    private async Task ProposeNextAsync()
    {
        if (_leader is null || _isProposed || AllStringsCommitted)
        {
            return;
        }

        _isProposed = true;
        Say($"Proposing \"{NodeProcess.Shorten(Strings[_next])}\" to {_leader}.");
        await processes.WriteLineAsync(_leader, Strings[_next]);
    }

    private bool AllHaveAllStrings() =>
        AllStringsCommitted
        && _logs.Count == members.Count
        && _logs.Values.Distinct().Count() == 1
        && !Strings.Select(NodeProcess.Shorten).Except(_logs.Values.First().Split(NodeProcess.Separator)).Any();

    /// <summary>Finds free ports, so that the demonstration does not collide with other programs of the machine.</summary>
    private static List<RaftMember> FindFreeAddresses()
    {
        List<Socket> sockets = [];
        List<RaftMember> members = [];
        foreach (string id in (string[])["n1", "n2", "n3"])
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sockets.Add(socket);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            members.Add(new RaftMember(id, socket.LocalEndPoint!.ToString()));
        }

        sockets.ForEach(socket => socket.Dispose());
        return members;
    }
}
