using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>Finds the ports of a node in a host: those that its builder registered, or else those of the host.</summary>
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

    /// <summary>The clock of the node, or else that of the host.</summary>
    public static IClock FindClock(NodeRegistration node, IServiceProvider provider) =>
        node.Find<IClock>(provider) ?? provider.GetRequiredService<HostClock>().Clock;
}
