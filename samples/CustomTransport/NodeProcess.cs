using Raft;

namespace CustomTransport;

/// <summary>Runs one node in this process. Proposes each line of the input, and prints the log whenever it grows.</summary>
internal static class NodeProcess
{
    // Printed lines start with one of these words, so that the demonstration can interpret them.
    public const string LeaderLine = "leader: ";
    public const string CommittedLine = "committed: ";
    public const string RefusedLine = "not committed: ";
    public const string LogLine = "log: ";
    public const string StartLine = "the log starts after entry ";
    public const string Separator = " | ";

    public static async Task RunAsync(RaftMember self, IList<RaftMember> members)
    {
        StringLog log = new();
        RaftNodeOptions options = new()
        {
            Members = members,
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(500),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(1_500),

            // A message must fit into a datagram: entries, and chunks of a snapshot too.
            MaximumMessageBytes = UdpTransport.MaximumPayloadBytes,
            SnapshotChunkBytes = UdpTransport.MaximumPayloadBytes,
            MaximumCommandBytes = 32 * 1_024,

            // Small, so that a node that starts late needs a snapshot in a demonstration of a few seconds.
            SnapshotAfterEntries = 8,
            TrailingEntries = 0,

            // The log is in memory, and messages come from other processes. A process that crashes and restarts has lost its vote
            // and the entries that it acknowledged, so it could help to undo commits. The library refuses this combination unless
            // losing data is acceptable. It is acceptable in a demonstration in which no node restarts while the others run. Any
            // other program needs a durable log store.
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
            pressed.Cancel = true; // stop normally instead
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
        long firstIndex = 1;
        int count = 0;
        try
        {
            await foreach (RaftStatus status in node.WatchAsync(stop).Skip(1)) // the first status is from before the node ran
            {
                string current = status.Leader is { } leader ? $"{LeaderLine}{leader} in term {status.Term}" : status.Explanation;
                if (current != explanation)
                {
                    Console.WriteLine(explanation = current);
                }

                if (status.FirstIndex != firstIndex)
                {
                    firstIndex = status.FirstIndex;
                    Console.WriteLine($"{StartLine}{firstIndex - 1}, because a snapshot contains the entries before it");
                }

                IReadOnlyList<string> entries = log.Entries;
                if (entries.Count != count)
                {
                    count = entries.Count;
                    Console.WriteLine(LogLine + string.Join(Separator, entries.Select(Shorten)));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Shows a long text by its start and its length.</summary>
    public static string Shorten(string text) => text.Length <= 40 ? text : $"{text[..11]}... ({text.Length})";

    /// <summary>Ends with the input, so that a node ends when its terminal or parent process does.</summary>
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
                    Console.WriteLine($"{CommittedLine}{Shorten(line)}, at index {committed.Index} in term {committed.Term}");
                }
                catch (NotLeaderException exception) when (exception.Leader is not null)
                {
                    Console.WriteLine($"{RefusedLine}{Shorten(line)}. {exception.Leader.Id} leads: type it there");
                }
                catch (RaftException exception)
                {
                    Console.WriteLine($"{RefusedLine}{Shorten(line)}. {exception.Message}");
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
