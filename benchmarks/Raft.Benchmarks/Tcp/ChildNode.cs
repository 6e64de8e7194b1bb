using System.Globalization;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.Tcp;

/// <summary>A node in a process of its own: what the benchmark runs when it starts itself.</summary>
/// <remarks>It reads requests from its standard input, a line each, and ends when that is closed.</remarks>
internal static class ChildNode
{
    /// <summary>The first argument of such a process. It is not meant to be typed.</summary>
    public const string Verb = "child-node";

    /// <summary>Requests the last index of the log, the applied index, and what the state machine has seen.</summary>
    public const string StateRequest = "state";

    /// <summary>Requests that the node, if it leads, hands leadership to the first one.</summary>
    public const string TransferRequest = "transfer";

    /// <summary>Runs a node until the standard input ends.</summary>
    /// <param name="args">The node's id, its folder, and all members.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [string id, string folder, .. string[] members])
        {
            return 2;
        }

        CountingMachine machine = new();
        await using RaftNode node = Create(id, folder, [.. members.Select(static member => (RaftMember)member)], machine);
        using CancellationTokenSource stopping = new();
        Task running = node.RunAsync(stopping.Token);
        while (await Console.In.ReadLineAsync() is { } request)
        {
            if (request == TransferRequest)
            {
                await node.TransferLeadershipAsync(NodeAt(0));
            }

            Console.WriteLine(Describe(node, machine));
        }

        await stopping.CancelAsync();
        await running;
        return 0;
    }

    /// <summary>Creates a node over TCP, with its log in files.</summary>
    public static RaftNode Create(string id, string folder, List<RaftMember> members, CountingMachine machine) => new(
        id,
        0,
        new RaftNodeOptions { ClusterId = "processes", Members = members },
        new RaftNodePorts { Transport = new TcpTransport(), StateMachine = machine, LogStore = new FileStorage(folder) });

    /// <summary>The id of a node by its position.</summary>
    public static NodeId NodeAt(int position) => $"n{position + 1}";

    /// <summary>The state of a node, equal for all nodes once they have applied the same commands.</summary>
    public static string Describe(RaftNode node, CountingMachine machine) => string.Create(
        CultureInfo.InvariantCulture,
        $"last {node.Status.LastIndex}, applied {node.Status.AppliedIndex}, {machine.Count} commands, hash {machine.Hash:x}");
}
