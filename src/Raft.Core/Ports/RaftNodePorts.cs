using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>What a node stands on. Whatever is left null has a default that works in memory.</summary>
public sealed class RaftNodePorts
{
    /// <summary>Carries messages to the other members. Null only in a cluster of one.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>Keeps the log, term and vote. Null: an <see cref="InMemoryLogStore"/> of the node's own.</summary>
    public ILogStore? LogStore { get; init; }

    /// <summary>Keeps snapshots of the state. Null: the log store, if it is a snapshot store as well, as <see cref="InMemoryLogStore"/> is; else the node has no snapshots, and its log grows for ever.</summary>
    public ISnapshotStore? SnapshotStore { get; init; }

    /// <summary>The replicated state. Null: a <see cref="StringLog"/>.</summary>
    public IStateMachine? StateMachine { get; init; }

    /// <summary>Time. Null: <see cref="SystemClock.Shared"/>.</summary>
    public IClock? Clock { get; init; }

    /// <summary>Threads. Null: <see cref="PoolScheduler.Shared"/>.</summary>
    public IScheduler? Scheduler { get; init; }

    /// <summary>Makes the logger of the node, with the category <see cref="RaftDiagnostics.LogCategory"/>. Null: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Receives the node's measurements; shared by the nodes of a process. Null: nothing is measured.</summary>
    public RaftMetrics? Metrics { get; init; }

    /// <summary>The same ports, with the stores that stand in for those that are null.</summary>
    internal RaftNodePorts WithStores()
    {
        ILogStore logStore = LogStore ?? new InMemoryLogStore();
        return new RaftNodePorts
        {
            Transport = Transport,
            LogStore = logStore,
            SnapshotStore = SnapshotStore ?? logStore as ISnapshotStore,
            StateMachine = StateMachine,
            Clock = Clock,
            Scheduler = Scheduler,
            LoggerFactory = LoggerFactory,
            Metrics = Metrics,
        };
    }
}
