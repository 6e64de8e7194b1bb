using System.Diagnostics.CodeAnalysis;
using System.Text;
using Raft;

namespace ReplicatedLog;

/// <summary>One line of a log, ready to be compared and shown.</summary>
internal sealed record LogLine(long Index, long Term, EntryKind Kind, string Text);

/// <summary>
/// One of the three places in the cluster. The id and the log store stay for good; nodes come and go, as processes would
/// on a machine with a disk.
/// </summary>
internal sealed class Replica(NodeId id, InProcessNetwork network, RaftNodeOptions options)
{
    // Plays the part of the disk: a node that comes back finds its term, its vote and its log here. Without them it could
    // vote twice in a term, and Raft would promise nothing any more.
    private readonly InMemoryLogStore _store = new();
    private Task _run = Task.CompletedTask;

    public NodeId Id => id;

    /// <summary>The node of the current life; null while it is stopped.</summary>
    public RaftNode? Node { get; private set; }

    /// <summary>The replicated state, as this node sees it.</summary>
    public StringLog Machine { get; private set; } = new();

    [MemberNotNullWhen(true, nameof(Node))]
    public bool IsRunning => Node is not null;

    /// <summary>The node itself, for callers that know that it runs.</summary>
    public RaftNode Running => Node ?? throw new InvalidOperationException($"{id} is stopped: start it first.");

    public void Start()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{id} runs already.");
        }

        // The state machine lives in memory, so it begins empty, and the node applies the log to it once more. Members,
        // timeouts and so on are in the options; transport, log store and state machine are the ports.
        Machine = new StringLog();
        RaftNodePorts ports = new()
        {
            Transport = network.CreateTransport(),
            LogStore = _store,
            StateMachine = Machine,
        };
        Node = new RaftNode(id, options: options, ports: ports);
        _run = Node.RunAsync(CancellationToken.None); // without it a node starts nothing; here, disposing it ends it
    }

    public async Task StopAsync()
    {
        RaftNode node = Running;
        Node = null;
        await node.DisposeAsync(); // stops it in good order; cancelling its RunAsync would do the same
        await _run; // throws if the node had failed
    }

    /// <summary>Reads the log, uncommitted entries included: from the running node, or else from where it left it.</summary>
    public async Task<IReadOnlyList<LogLine>> ReadLogAsync()
    {
        List<LogEntry> entries = [];
        if (Node is { } node)
        {
            await foreach (LogEntry entry in node.ReadLogAsync())
            {
                entries.Add(entry);
            }
        }
        else
        {
            LogState state = await _store.OpenAsync(options.ClusterId, id, CancellationToken.None);
            entries.AddRange(await _store.ReadAsync(state.PreviousIndex + 1, int.MaxValue, long.MaxValue, CancellationToken.None));
            await _store.CloseAsync();
        }

        // An entry does not carry its index: it is the entry's place in the log, which begins at 1.
        return [.. entries.Select((entry, position) => new LogLine(position + 1, entry.Term, entry.Kind, Encoding.UTF8.GetString(entry.Data.Span)))];
    }
}
