using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Raft;

namespace ReplicatedLog;

/// <summary>An entry of a log with its index, to be compared and shown.</summary>
internal sealed record LogLine(long Index, long Term, EntryKind Kind, string Text);

/// <summary>
/// One of the three members of the cluster. The id and the log store remain. Hosts, each with a node, start and stop, like
/// processes on a machine with a disk.
/// </summary>
/// <param name="id">The node.</param>
/// <param name="network">The network of the cluster.</param>
/// <param name="logLevel">The least important level that its host logs.</param>
/// <param name="directory">The folder of the node; null to keep its log in memory.</param>
internal sealed class Replica(NodeId id, InProcessNetwork network, LogLevel logLevel, string? directory)
{
    private const int SegmentBytes = 1 << 20; // the default of 16 MiB would be much for a few strings

    // Without a folder this takes the place of the disk: a node that restarts finds its term, its vote and its log here. Without
    // them it could vote twice in a term, and Raft would guarantee nothing.
    private readonly InMemoryLogStore _memory = new();
    private IHost? _host;

    public NodeId Id => id;

    /// <summary>The node that runs; null while it is stopped.</summary>
    public RaftNode? Node { get; private set; }

    /// <summary>The replicated state, as this node sees it.</summary>
    public StringLog Machine { get; private set; } = new();

    public bool IsRunning => Node is not null;

    /// <summary>The node that runs, for callers that require one.</summary>
    public RaftNode Running => Node ?? throw new InvalidOperationException($"{id} is stopped: start it first.");

    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{id} runs already.");
        }

        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(logLevel);
        IRaftNodeBuilder node = builder.Services
            .AddRaftNode(id.Value, static raft =>
            {
                raft.ClusterId = Cluster.Id;
                raft.Members = [.. Cluster.Members]; // the same on every node, itself included
                raft.MinimumElectionTimeout = Cluster.MinimumElectionTimeout;
                raft.MaximumElectionTimeout = Cluster.MaximumElectionTimeout;
                raft.TrailingEntries = 0; // a snapshot replaces the whole log before it, so that a short demonstration can show it
            })
            .UseStateMachine<StringLog>() // in memory, so it is empty in a new host, and the node applies the log to it again
            .UseTransport(_ => network.CreateTransport()); // hosts share the network; within one host, use UseChannelTransport()
        if (directory is null)
        {
            node.UseLogStore(_ => _memory);
        }
        else
        {
            node.UseFileStorage(directory, static options => options.SegmentBytes = SegmentBytes);
        }

        _host = builder.Build();
        await _host.StartAsync(); // the node runs then, but may not know a leader yet

        // The host's services, by the name of the node.
        Machine = _host.Services.GetRequiredKeyedService<StringLog>(id.Value);
        Node = _host.Services.GetRequiredKeyedService<RaftNode>(id.Value);
    }

    public async Task StopAsync()
    {
        using IHost host = _host ?? throw new InvalidOperationException($"{id} is stopped already.");
        Node = null;
        _host = null;
        await host.StopAsync(); // throws if the node had failed
    }

    /// <summary>Reads the log, including uncommitted entries, from the node if it runs, and otherwise from its log store.</summary>
    public async Task<IReadOnlyList<LogLine>> ReadLogAsync()
    {
        List<LogEntry> entries = [];
        long first;
        if (Node is { } node)
        {
            first = node.Status.FirstIndex;
            await foreach (LogEntry entry in node.ReadLogAsync())
            {
                entries.Add(entry);
            }
        }
        else
        {
            (ILogStore store, LogState state) = await OpenAsync();
            first = state.PreviousIndex + 1;
            entries.AddRange((await store.ReadAsync(first, int.MaxValue, long.MaxValue, CancellationToken.None)).Span);
            await store.CloseAsync();
        }

        // An entry does not contain its index, which is its position in the log. The log starts at 1, or after a snapshot.
        return
        [
            .. entries.Select((entry, position) =>
                new LogLine(first + position, entry.Term, entry.Kind, Encoding.UTF8.GetString(entry.Data.Span))),
        ];
    }

    /// <summary>Reads what a node would start from.</summary>
    public async Task<LogState> ReadStateAsync()
    {
        (ILogStore store, LogState state) = await OpenAsync();
        await store.CloseAsync();
        return state;
    }

    private async Task<(ILogStore Store, LogState State)> OpenAsync()
    {
        ILogStore store = directory is null ? _memory : new FileStorage(directory, new FileStorageOptions { SegmentBytes = SegmentBytes });
        return (store, await store.OpenAsync(Cluster.Id, id, CancellationToken.None));
    }
}
