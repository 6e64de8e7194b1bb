using Raft;

namespace CustomTransport;

/// <summary>One node in this process. Proposes each line that is typed, and prints the log whenever it grows.</summary>
internal static class NodeProcess
{
    // What is printed begins with one of these words, so that the demonstration can follow it.
    public const string LeaderLine = "leader: ", CommittedLine = "committed: ", RefusedLine = "not committed: ", LogLine = "log: ", Separator = " | ";

    public static async Task RunAsync(RaftMember self, IList<RaftMember> members)
    {
        StringLog log = new();
        RaftNodeOptions options = new()
        {
            Members = members,
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(500),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(1_500),

            // A message has to fit into a datagram, of 64 KiB at most, with some room for its header.
            MaximumMessageBytes = 60 * 1_024,
            MaximumCommandBytes = 32 * 1_024,

            // The log is in memory, while messages come from other processes. A process that crashed and came back would have
            // forgotten whom it voted for and what it acknowledged, and could help to undo what was committed. The library
            // refuses that combination unless told that losing data is acceptable. Here it is: this is a demonstration, and
            // a node of it is not to be started again while the others run. Anything else needs a durable log store.
            AllowVolatileStorage = true,
        };

        await using RaftNode node = new(self.Id, options: options, ports: new RaftNodePorts
        {
            Transport = new UdpTransport(self.Address!),
            StateMachine = log,
        });

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true; // not at once, but in good order
            stop.Cancel();
        };

        Console.WriteLine($"node {self}; each line you type is a string to replicate");
        Task running = node.RunAsync(stop.Token);
        Task watching = WatchAsync(node, log, stop.Token);
        await Task.WhenAny(running, ProposeLinesAsync(node, stop.Token));
        await stop.CancelAsync(); // no more input, or the node has failed
        await running;
        await watching;
    }

    private static async Task WatchAsync(RaftNode node, StringLog log, CancellationToken stop)
    {
        string explanation = "";
        int count = 0;
        try
        {
            await foreach (RaftStatus status in node.WatchAsync(stop).Skip(1)) // the first is from before it ran
            {
                string current = status.Leader is { } leader ? $"{LeaderLine}{leader} in term {status.Term}" : status.Explanation;
                if (current != explanation)
                {
                    Console.WriteLine(explanation = current);
                }

                IReadOnlyList<string> entries = log.Entries;
                if (entries.Count != count)
                {
                    count = entries.Count;
                    Console.WriteLine(LogLine + string.Join(Separator, entries));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Until the end of the input: so a node whose terminal or parent process is gone ends as well.</summary>
    private static async Task ProposeLinesAsync(RaftNode node, CancellationToken stop)
    {
        using StreamReader input = new(Console.OpenStandardInput(), Console.InputEncoding);
        try
        {
            while (await input.ReadLineAsync(stop) is { } line)
            {
                if (line.Length == 0)
                {
                    continue;
                }

                try
                {
                    Committed committed = await node.ProposeAsync(line, stop);
                    Console.WriteLine($"{CommittedLine}{line}, at index {committed.Index} in term {committed.Term}");
                }
                catch (NotLeaderException exception) when (exception.Leader is not null)
                {
                    Console.WriteLine($"{RefusedLine}{line}. {exception.Leader.Id} leads: type it there");
                }
                catch (RaftException exception)
                {
                    Console.WriteLine($"{RefusedLine}{line}. {exception.Message}");
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
