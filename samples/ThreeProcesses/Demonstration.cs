using System.Net;
using System.Net.Sockets;

namespace ThreeProcesses;

/// <summary>
/// Starts three nodes as processes of this program, replicates strings, kills the leader's process, replicates more, and starts the killed
/// one again. Checks that all have the same log, with everything that was committed.
/// </summary>
internal sealed class Demonstration(NodeProcesses processes)
{
    private static readonly string[] Ids = ["n1", "n2", "n3"];
    private static readonly string[] BeforeTheCrash = ["one node leads", "the others follow"];
    private static readonly string[] AfterTheCrash = ["a majority decides", "and nothing is lost"];
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<string, string> _logs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _leaders = new(StringComparer.Ordinal); // as each node says
    private string? _answer;

    public static async Task<int> RunAsync(string data, string? certificates)
    {
        string folder = Path.Combine(data, "demonstration");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true); // of an earlier demonstration
        }

        using CancellationTokenSource timeLimit = new(TimeLimit);
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // end the child processes first
            timeLimit.Cancel();
        };

        NodeProcesses processes = new(
            [.. FreeAddresses(), "--data", folder, .. certificates is null ? Array.Empty<string>() : ["--certs", certificates]]);
        bool agreed = false;
        try
        {
            agreed = await new Demonstration(processes).RunAsync(timeLimit.Token);
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

        Say(agreed
            ? "All processes have the same log, with every committed string."
            : "The processes do not have the same log; see above.");
        return agreed ? 0 : 1;
    }

    private async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Say("Starting three processes, each with one node, a folder, and the addresses of all.");
        foreach (string id in Ids)
        {
            processes.Start(id);
        }

        await ProposeAsync(BeforeTheCrash, cancellationToken);
        string leader = await LeaderAsync(cancellationToken);
        Say($"Killing the process of {leader}, which leads.");
        await processes.KillAsync(leader);
        _leaders.Clear();
        await ProposeAsync(AfterTheCrash, cancellationToken);

        Say($"Starting {leader} again, on the folder that it left behind.");
        _logs.Remove(leader);
        processes.Start(leader);
        while (!AllHaveEverything())
        {
            await ReadAsync(cancellationToken);
        }

        return true;
    }

    private async Task ProposeAsync(string[] texts, CancellationToken cancellationToken)
    {
        foreach (string text in texts)
        {
            bool isCommitted = false;
            while (!isCommitted)
            {
                string leader = await LeaderAsync(cancellationToken);
                Say($"Proposing \"{text}\" to {leader}.");
                _answer = null;
                await processes.WriteLineAsync(leader, text);
                while (_answer is null)
                {
                    await ReadAsync(cancellationToken);
                }

                // If the leader changed, the outcome may be unknown. Then the string may be in the log twice, on all nodes alike.
                isCommitted = _answer.StartsWith(NodeProcess.CommittedLine, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Waits until a node says that it leads itself.</summary>
    private async Task<string> LeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach ((string id, string leader) in _leaders)
            {
                if (id == leader)
                {
                    return id;
                }
            }

            await ReadAsync(cancellationToken);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        (string id, string line) = await processes.ReadLineAsync(cancellationToken);
        Console.WriteLine($"  {id}  {line}");
        if (line.StartsWith(NodeProcess.LeaderLine, StringComparison.Ordinal))
        {
            _leaders[id] = line[NodeProcess.LeaderLine.Length..].Split(' ')[0];
        }
        else if (line.StartsWith(NodeProcess.LogLine, StringComparison.Ordinal))
        {
            _logs[id] = line[NodeProcess.LogLine.Length..];
        }
        else if (line.StartsWith(NodeProcess.CommittedLine, StringComparison.Ordinal)
            || line.StartsWith(NodeProcess.RefusedLine, StringComparison.Ordinal))
        {
            _answer = line;
        }
    }

    private bool AllHaveEverything() =>
        _logs.Count == Ids.Length
        && _logs.Values.Distinct().Count() == 1
        && !BeforeTheCrash.Concat(AfterTheCrash).Except(_logs.Values.First().Split(NodeProcess.Separator)).Any();

    /// <summary>Free ports, so that the demonstration does not collide with other programs of the machine.</summary>
    private static string[] FreeAddresses()
    {
        TcpListener[] listeners = [.. Ids.Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, static listener => listener.Start());
        string[] members = [.. listeners.Select(static (listener, i) => $"--Raft:Members:{i}={Ids[i]}={listener.LocalEndpoint}")];
        Array.ForEach(listeners, static listener => listener.Dispose());
        return members;
    }

    private static void Say(string text) => Console.WriteLine($"demo  {text}");
}
