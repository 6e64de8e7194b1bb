namespace Raft.Benchmarks.Contenders;

/// <summary>
/// The nodes of one cluster of this library, in this process. Everything is in memory unless they are given log stores.
/// </summary>
internal sealed class RaftGroup : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<RaftNode> _nodes = [];
    private readonly List<CountingMachine> _machines = [];
    private Task[] _running = [];
    private volatile RaftNode? _leader;

    /// <param name="network">The network that connects them.</param>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="configure">Changes the options from their defaults.</param>
    /// <param name="clusterId">The name of the cluster.</param>
    /// <param name="createLogStore">Creates the log store of a node. Null: its log is in memory.</param>
    /// <param name="createMachine">Creates the state machine of a node. Null: it is a <see cref="CountingMachine"/>.</param>
    public RaftGroup(
        InProcessNetwork network,
        int nodes,
        Action<RaftNodeOptions>? configure = null,
        string clusterId = "raft",
        Func<string, ILogStore>? createLogStore = null,
        Func<CountingMachine>? createMachine = null)
        : this(_ => network.CreateTransport(), nodes, configure, clusterId, createLogStore, createMachine)
    {
    }

    /// <param name="createTransport">Creates the transport of a node.</param>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="configure">Changes the options from their defaults.</param>
    /// <param name="clusterId">The name of the cluster.</param>
    /// <param name="createLogStore">Creates the log store of a node. Null: its log is in memory.</param>
    /// <param name="createMachine">Creates the state machine of a node. Null: it is a <see cref="CountingMachine"/>.</param>
    public RaftGroup(
        Func<string, ITransport> createTransport,
        int nodes,
        Action<RaftNodeOptions>? configure = null,
        string clusterId = "raft",
        Func<string, ILogStore>? createLogStore = null,
        Func<CountingMachine>? createMachine = null)
    {
        string[] ids = [.. Enumerable.Range(1, nodes).Select(static number => $"n{number}")];
        RaftNodeOptions options = new() { ClusterId = clusterId, Members = [.. ids.Select(static id => (RaftMember)id)] };
        configure?.Invoke(options);
        foreach (string id in ids)
        {
            CountingMachine machine = createMachine?.Invoke() ?? new CountingMachine();
            _machines.Add(machine);
            _nodes.Add(new RaftNode(id, 0, options, new RaftNodePorts
            {
                Transport = createTransport(id),
                StateMachine = machine,
                LogStore = createLogStore?.Invoke(id),
            }));
        }
    }

    public IReadOnlyList<RaftNode> Nodes => _nodes;

    public IReadOnlyList<CountingMachine> Machines => _machines;

    /// <summary>The leader at the last lookup.</summary>
    public RaftNode Leader => _leader ?? throw new InvalidOperationException("The group is not started.");

    /// <summary>Starts all nodes, and waits for a leader.</summary>
    public Task StartAsync()
    {
        _running = [.. _nodes.Select(node => node.RunAsync(_stopping.Token))];
        return FindLeaderAsync();
    }

    /// <summary>Waits until a node leads.</summary>
    public async Task FindLeaderAsync()
    {
        using CancellationTokenSource done = new(Patience);
        Task<RaftNode>[] waits = [.. _nodes.Select(node => WaitForLeadershipAsync(node, done.Token))];
        _leader = await await Task.WhenAny(waits);
        await done.CancelAsync();
        await Task.WhenAll(waits).ContinueWith(static ended => ended.Exception, TaskScheduler.Default); // the other waits were canceled
    }

    /// <summary>Waits until all nodes have applied the same entries.</summary>
    public async Task SettleAsync()
    {
        using CancellationTokenSource giveUp = new(Patience);
        while (_nodes.Any(node =>
            node.Status is var status && (status.AppliedIndex < status.LastIndex || status.LastIndex < Leader.Status.LastIndex)))
        {
            await Task.Delay(1, giveUp.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        foreach (RaftNode node in _nodes)
        {
            await node.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private static async Task<RaftNode> WaitForLeadershipAsync(RaftNode node, CancellationToken cancellationToken)
    {
        await node.WaitForLeadershipAsync(cancellationToken);
        return node;
    }
}
