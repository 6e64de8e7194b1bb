using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>The ports of a node. Those that are null have a default that works in memory.</summary>
public sealed class RaftNodePorts
{
    /// <summary>Sends messages to the other members. Null only in a cluster of one.</summary>
    public ITransport? Transport { get; init; }

    /// <summary>Keeps the log, term and vote. Null: a new <see cref="InMemoryLogStore"/>.</summary>
    public ILogStore? LogStore { get; init; }

    /// <summary>
    /// Keeps snapshots of the state. Null: the log store, if it also implements <see cref="ISnapshotStore"/>, as
    /// <see cref="InMemoryLogStore"/> does. Otherwise the node has no snapshots, and its log grows without bound.
    /// </summary>
    public ISnapshotStore? SnapshotStore { get; init; }

    /// <summary>The replicated state. Null: a <see cref="StringLog"/>.</summary>
    public IStateMachine? StateMachine { get; init; }

    /// <summary>The clock. Null: <see cref="SystemClock.Shared"/>.</summary>
    public IClock? Clock { get; init; }

    /// <summary>Runs the work of the node. Null: <see cref="PoolScheduler.Shared"/>.</summary>
    public IScheduler? Scheduler { get; init; }

    /// <summary>
    /// Creates the logger of the node, with the category <see cref="RaftDiagnostics.LogCategory"/>. Null: nothing is logged.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Receives the node's measurements. The nodes of a process share it. Null: nothing is measured.</summary>
    public RaftMetrics? Metrics { get; init; }

    /// <summary>The same ports, with the default stores for those that are null.</summary>
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
