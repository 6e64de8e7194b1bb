using System.Text;
using Microsoft.Extensions.Logging;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A simulated world for nodes that a test puts together itself.</summary>
internal sealed class Lab(ulong seed = 1, bool shuffle = true)
{
    /// <summary>Takes what the nodes log that are made from now on; null for nothing.</summary>
    public ILoggerFactory? Loggers { get; set; }

    /// <summary>Takes the measurements of the nodes that are made from now on; null for nothing.</summary>
    public RaftMetrics? Metrics { get; set; }

    /// <summary>Whether nodes that are made from now on have snapshots.</summary>
    public bool HasSnapshots { get; set; }

    /// <summary>Runs the nodes that are made from now on, instead of the world's own.</summary>
    public IScheduler? Scheduler { get; set; }

    public SimulatedWorld World { get; } = new(seed, shuffle);

    /// <summary>A new node, with the members n1, n2 and so on. What is not given is simulated, but for snapshots.</summary>
    public LabNode Node(
        string id = "n1",
        int members = 1,
        Action<RaftNodeOptions>? configure = null,
        IStateMachine? machine = null,
        ILogStore? store = null,
        ITransport? transport = null,
        long initialTerm = 0,
        ISnapshotStore? snapshots = null)
    {
        RaftNodeOptions options = new()
        {
            Members = [.. Enumerable.Range(1, members).Select(static number => new RaftMember($"n{number}"))],
            RandomSeed = (long)World.Seed,
        };
        configure?.Invoke(options);
        machine ??= new StringLog();
        store ??= World.CreateLogStore();
        RaftNodePorts ports = new()
        {
            Transport = transport ?? (members > 1 ? World.Network.CreateTransport() : null),
            LogStore = store,
            SnapshotStore = snapshots ?? (HasSnapshots ? World.CreateSnapshotStore() : null),
            StateMachine = machine,
            Clock = World.Clock,
            Scheduler = Scheduler ?? World.Scheduler,
            LoggerFactory = Loggers,
            Metrics = Metrics,
        };
        return new LabNode(this, new RaftNode(id, initialTerm, options, ports), store, machine);
    }

    /// <summary>Nodes that form one cluster; not running yet.</summary>
    public LabNode[] Cluster(
        int count, Action<RaftNodeOptions>? configure = null, Func<IStateMachine>? machine = null, Func<ITransport>? transport = null) =>
    [
        .. Enumerable.Range(1, count).Select(number =>
            Node($"n{number}", count, configure, machine?.Invoke(), transport: transport?.Invoke())),
    ];

    /// <summary>Waits until one of the nodes leads and all that run follow it.</summary>
    public LabNode WaitForLeader(params LabNode[] nodes)
    {
        LabNode? Leader() => nodes
            .Where(static node => node.IsRunning && node.Status.Role == RaftRole.Leader)
            .MaxBy(static node => node.Status.Term);
        World.RunUntil(
            () => Leader() is { } leader && nodes.All(node => !node.IsRunning || node.Status.Leader == leader.Raft.Id),
            waitingFor: "a leader whom all follow");
        return Leader()!;
    }

    /// <summary>The exception that a call ends with.</summary>
    public TException Fails<TException>(Task task)
        where TException : Exception
    {
        World.RunUntil(() => task.IsCompleted, waitingFor: "the failure of a call");
        return Assert.Throws<TException>(task.GetAwaiter().GetResult);
    }

    public TException Fails<TException, T>(ValueTask<T> task)
        where TException : Exception => Fails<TException>(task.AsTask());

    /// <summary>Everything that a sequence yields.</summary>
    public List<T> Collect<T>(IAsyncEnumerable<T> sequence)
    {
        static async Task<List<T>> CollectAsync(IAsyncEnumerable<T> sequence)
        {
            List<T> items = [];
            await foreach (T item in sequence)
            {
                items.Add(item);
            }

            return items;
        }

        return World.Run(CollectAsync(sequence));
    }

    public static LogEntry Entry(long term, string text = "") =>
        new(term, EntryKind.Command, Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);

    public static string Text(in LogEntry entry) => Encoding.UTF8.GetString(entry.Data.Span);
}
