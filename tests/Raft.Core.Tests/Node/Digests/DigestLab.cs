using Microsoft.Extensions.Logging;
using Raft.Testing;

namespace Raft.Tests.Node.Digests;

/// <summary>Nodes whose states are compared every four entries, and whose state machines go wrong as a test says.</summary>
internal sealed class DigestLab
{
    public const int Interval = 4;

    public DigestLab() => Lab.Loggers = Logged;

    public Lab Lab { get; } = new();

    public RecordingLoggerFactory Logged { get; } = new();

    /// <summary>The nodes that were started, and not replaced since.</summary>
    public List<LabNode> Nodes { get; } = [];

    /// <summary>The snapshot stores of the nodes, if they have some.</summary>
    public SortedDictionary<NodeId, ISnapshotStore> Snapshots { get; } = [];

    public SimulatedNetwork Network => Lab.World.Network;

    /// <summary>The nodes that run.</summary>
    public LabNode[] Running => [.. Nodes.Where(static node => node.IsRunning)];

    /// <summary>The reports that were sent so far.</summary>
    public List<StateDigestMessage> Reports { get; } = [];

    /// <summary>Changes messages on their way out.</summary>
    public Func<RaftMessage, RaftMessage> Tamper { get; set; } = static message => message;

    /// <summary>Starts nodes, each with its state machine, and waits until one leads.</summary>
    public LabNode Start(Action<RaftNodeOptions>? configure, params IStateMachine[] machines)
    {
        for (int i = 0; i < machines.Length; i++)
        {
            LabNode node = Lab.Node(
                $"n{i + 1}",
                machines.Length,
                options =>
                {
                    options.DigestInterval = Interval;
                    configure?.Invoke(options);
                },
                machines[i],
                transport: new TamperingTransport(this, Network.CreateTransport()),
                snapshots: Lab.HasSnapshots ? Snapshots[$"n{i + 1}"] = Lab.World.CreateSnapshotStore() : null);
            Nodes.Add(node);
            node.Run();
        }

        return Lab.WaitForLeader([.. Nodes]);
    }

    public LabNode Start(params IStateMachine[] machines) => Start(configure: null, machines);

    /// <summary>Starts nodes of which one goes wrong, and makes another one lead.</summary>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="wrong">The one that goes wrong.</param>
    /// <param name="wrongFrom">The index at which it does.</param>
    /// <param name="leader">The one that leads.</param>
    /// <param name="configure">Changes the options.</param>
    public LabNode StartWithWrong(int nodes, string wrong, long wrongFrom, string leader, Action<RaftNodeOptions>? configure = null)
    {
        Start(configure, [.. Enumerable.Range(1, nodes).Select(number => $"n{number}" == wrong ? new Tally(wrongFrom) : new Tally())]);
        return Lead(leader);
    }

    /// <summary>Makes a node lead.</summary>
    public LabNode Lead(string id)
    {
        LabNode present = Lab.WaitForLeader([.. Nodes]);
        if (present.Raft.Id != id)
        {
            Lab.World.Run(present.Raft.TransferLeadershipAsync(new NodeId(id)).AsTask());
            Lab.WaitForLeader([.. Nodes]);
        }

        return Node(id);
    }

    public LabNode Node(string id) => Nodes.Single(node => node.Raft.Id == id);

    /// <summary>Proposes commands one after another to the leader, which may stop meanwhile, until the log reaches an index.</summary>
    public void ProposeThrough(long index)
    {
        long last = 0;
        while (last < index)
        {
            Task<Committed> proposed = Lab.WaitForLeader(Running).Propose("x");
            Lab.World.RunUntil(() => proposed.IsCompleted);
            last = proposed.IsCompletedSuccessfully ? proposed.Result.Index : last;
        }
    }

    /// <summary>Proposes commands one after another to one node, which leads, until its log reaches an index.</summary>
    public void ProposeThroughAt(string leader, long index)
    {
        while (Node(leader).Commit("x").Index < index)
        {
            // the next one follows
        }
    }

    /// <summary>Runs a new node with a new state machine on the stores of one that has stopped.</summary>
    public LabNode Replace(LabNode stopped, IStateMachine machine)
    {
        int position = Nodes.IndexOf(stopped);
        LabNode next = Lab.Node(
            stopped.Raft.Id.Value,
            Nodes.Count,
            static options => options.DigestInterval = Interval,
            machine,
            stopped.Store,
            new TamperingTransport(this, Network.CreateTransport()),
            snapshots: Snapshots.GetValueOrDefault(stopped.Raft.Id));
        Nodes[position] = next;
        next.Run();
        Lab.WaitForLeader(Running);
        return next;
    }

    /// <summary>Lets messages arrive, and timers that repeat them.</summary>
    public void Settle() => Lab.World.RunFor(TimeSpan.FromSeconds(10));

    /// <summary>The critical messages of a node.</summary>
    public string[] Alarms(string id)
    {
        Lab.World.RunUntilIdle();
        return
        [
            .. Logged.All
                .Where(static message => message.Level == LogLevel.Critical)
                .Select(static message => message.Message)
                .Where(text => text.StartsWith($"Node {id} ", StringComparison.Ordinal)),
        ];
    }

    private sealed class TamperingTransport(DigestLab lab, ITransport inner) : ITransport
    {
        public bool LeavesProcess => inner.LeavesProcess;

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
            inner.StartAsync(receiver, cancellationToken);

        public void Send(RaftMember to, RaftMessage message)
        {
            if (message is StateDigestMessage report)
            {
                lab.Reports.Add(report);
            }

            inner.Send(to, lab.Tamper(message));
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);
    }

    /// <summary>The difference with which a node has stopped.</summary>
    public StateDivergence StoppedWith(string id) =>
        Assert.IsType<StateDivergedException>(Node(id).Failure().InnerException).Divergence!;
}
