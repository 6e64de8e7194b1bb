using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Raft;

namespace CustomTransport;

/// <summary>Starts three processes of this very program, has them replicate some strings, and checks that all have the same.</summary>
internal static class Demonstration
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] Strings = ["one node leads", "the others follow", "a majority decides", "and all agree"];

    public static async Task<int> RunAsync(IReadOnlyList<RaftMember>? members)
    {
        members ??= FindFreeAddresses();
        using CancellationTokenSource timeLimit = new(TimeLimit);
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // end the children first
            timeLimit.Cancel();
        };

        Channel<(string Id, string? Line)> output = Channel.CreateUnbounded<(string, string?)>(); // three processes that print a few lines
        SortedDictionary<string, Process> nodes = new(StringComparer.Ordinal);
        List<Task> readers = [];
        bool agreed = false;
        try
        {
            Say($"Starting {members.Count} processes, each with one node, which know each other's UDP addresses and nothing else.");
            foreach (RaftMember member in members)
            {
                Process node = Start(member.Id, members);
                nodes.Add(member.Id, node);
                readers.Add(ReadLinesAsync(member.Id, node.StandardOutput, output.Writer));
            }

            agreed = await FollowAsync(nodes, output.Reader, timeLimit.Token);
        }
        catch (OperationCanceledException)
        {
            Say($"Interrupted, or not done within {TimeLimit.TotalSeconds:0} seconds.");
        }
        catch (IOException)
        {
            Say("A process ended too early.");
        }
        finally
        {
            agreed &= await EndAsync(nodes.Values);
            await Task.WhenAll(readers);
            foreach (Process node in nodes.Values)
            {
                node.Dispose();
            }
        }

        Say(agreed ? $"All {members.Count} processes have the same log." : "The processes did not come to the same log; see above.");
        return agreed ? 0 : 1;
    }

    /// <summary>Gives the strings to whoever leads, one after another, until every process has printed a log with all of them.</summary>
    private static async Task<bool> FollowAsync(SortedDictionary<string, Process> nodes, ChannelReader<(string Id, string? Line)> output, CancellationToken cancellationToken)
    {
        SortedDictionary<string, string> logs = new(StringComparer.Ordinal);
        string? leader = null;
        int next = 0;
        bool isProposed = false;
        await foreach ((string id, string? line) in output.ReadAllAsync(cancellationToken))
        {
            if (line is null)
            {
                Say($"Process {id} ended too early.");
                return false;
            }

            Console.WriteLine($"  {id}  {line}");
            if (line.StartsWith($"{NodeProcess.LeaderLine}{id} ", StringComparison.Ordinal))
            {
                leader = id;
                Say($"Process {id} leads.");
            }
            else if (line.StartsWith(NodeProcess.LogLine, StringComparison.Ordinal))
            {
                logs[id] = line[NodeProcess.LogLine.Length..];
            }
            else if (line.StartsWith(NodeProcess.CommittedLine, StringComparison.Ordinal))
            {
                isProposed = false;
                next++;
            }
            else if (line.StartsWith(NodeProcess.RefusedLine, StringComparison.Ordinal))
            {
                // Leadership moved on. Proposing it again may put it into the log twice, on all nodes alike.
                isProposed = false;
                leader = leader == id ? null : leader;
            }

            if (next == Strings.Length
                && logs.Count == nodes.Count
                && logs.Values.Distinct().Count() == 1
                && !Strings.Except(logs.Values.First().Split(NodeProcess.Separator)).Any())
            {
                return true;
            }

            if (leader is not null && !isProposed && next < Strings.Length)
            {
                isProposed = true;
                Say($"Proposing \"{Strings[next]}\" to {leader}.");
                await nodes[leader].StandardInput.WriteLineAsync(Strings[next]);
            }
        }

        return false;
    }

    private static Process Start(string id, IReadOnlyList<RaftMember> members)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true, // which ends with this process, and the node with it
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Demonstration).Assembly.Location); // run as "dotnet CustomTransport.dll"
        }

        start.ArgumentList.Add(id);
        foreach (RaftMember member in members)
        {
            start.ArgumentList.Add($"{member.Id}={member.Address}");
        }

        Process process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        return process;
    }

    private static async Task ReadLinesAsync(string id, StreamReader lines, ChannelWriter<(string, string?)> output)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            output.TryWrite((id, line));
        }

        output.TryWrite((id, null));
    }

    /// <summary>Ends the processes: politely, and after a time by force. Says whether all ended as they should.</summary>
    private static async Task<bool> EndAsync(IReadOnlyCollection<Process> processes)
    {
        foreach (Process process in processes)
        {
            try
            {
                process.StandardInput.Close(); // the end of its input ends a node
            }
            catch (IOException)
            {
                // It has ended already.
            }
        }

        bool inOrder = true;
        using CancellationTokenSource limit = new(ExitLimit);
        foreach (Process process in processes)
        {
            try
            {
                await process.WaitForExitAsync(limit.Token);
                inOrder &= process.ExitCode == 0;
            }
            catch (OperationCanceledException)
            {
                Say($"Process {process.Id} does not end by itself.");
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                inOrder = false;
            }
        }

        return inOrder;
    }

    /// <summary>Ports that are free now, so that the demonstration never collides with what else runs on the machine.</summary>
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

    private static void Say(string text) => Console.WriteLine($"demo  {text}");
}
