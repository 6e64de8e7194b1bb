using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>Finds what a node in a host stands on: what its builder registered, and otherwise what the host has.</summary>
internal static class NodePorts
{
    public static RaftNodePorts Find(NodeRegistration node, IServiceProvider provider) => new()
    {
        Transport = node.Find<ITransport>(provider),
        LogStore = node.Find<ILogStore>(provider),
        SnapshotStore = node.Find<ISnapshotStore>(provider),
        StateMachine = (IStateMachine?)node.Find(provider, node.StateMachineType),
        Clock = FindClock(node, provider),
        Scheduler = node.Find<IScheduler>(provider),
        LoggerFactory = provider.GetService<ILoggerFactory>(),
        Metrics = provider.GetService<RaftMetrics>(),
    };

    /// <summary>The clock of the node; without one of its own, the host's <see cref="TimeProvider"/> if it has another than the system's, as tests do.</summary>
    public static IClock FindClock(NodeRegistration node, IServiceProvider provider) =>
        node.Find<IClock>(provider) ?? provider.GetRequiredService<HostClock>().Clock;
}
