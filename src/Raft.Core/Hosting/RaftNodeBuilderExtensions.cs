using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Raft;

/// <summary>Says what a node stands on. Of several calls for the same thing, the last counts.</summary>
public static class RaftNodeBuilderExtensions
{
    /// <summary>Gives the node a state machine of a type, one instance of its own, which the container makes and disposes.</summary>
    /// <typeparam name="T">The state machine: a <see cref="StateMachine{TCommand, TResult}"/>, whose proposer can then be injected, or any other.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseStateMachine<[DynamicallyAccessedMembers(NodeTypes.StateMachine)] T>(this IRaftNodeBuilder builder)
        where T : class, IStateMachine => builder.UseStateMachine(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Gives the node a state machine that a factory makes.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Makes it; called once, and must not return another node's. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseStateMachine<[DynamicallyAccessedMembers(NodeTypes.StateMachine)] T>(
        this IRaftNodeBuilder builder, Func<IServiceProvider, T> factory)
        where T : class, IStateMachine
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration(builder).SetStateMachine(factory);
        return builder;
    }

    /// <summary>Connects the node through the host's <see cref="ChannelNetwork"/> of its cluster: for nodes that all live in this host.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="network">The network, where it must be a certain one: to share it between hosts of a process, or to inject faults. Null: the host's own of the cluster.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseChannelTransport(this IRaftNodeBuilder builder, ChannelNetwork? network = null)
    {
        NodeRegistration node = Registration(builder);
        if (network is not null)
        {
            return builder.UseTransport(_ => network.CreateTransport()); // and no service, which would be another network
        }

        HostNetworks.AddTo(builder.Services);
        return builder.UseTransport(provider => provider.GetRequiredService<HostNetworks>().ChannelsOf(node).CreateTransport());
    }

    /// <summary>Connects the node through the host's <see cref="InMemoryNetwork"/> of its cluster: for nodes that all live in this host.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="network">The network, where it must be a certain one: to share it between hosts of a process, or to inject faults. Null: the host's own of the cluster.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseInMemoryTransport(this IRaftNodeBuilder builder, InMemoryNetwork? network = null)
    {
        NodeRegistration node = Registration(builder);
        if (network is not null)
        {
            return builder.UseTransport(_ => network.CreateTransport()); // and no service, which would be another network
        }

        HostNetworks.AddTo(builder.Services);
        return builder.UseTransport(provider => provider.GetRequiredService<HostNetworks>().InMemoryOf(node).CreateTransport());
    }

    /// <summary>Gives the node a transport of a type, which the container makes and disposes.</summary>
    /// <typeparam name="T">The transport.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseTransport<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ITransport => builder.UseTransport(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Gives the node a transport.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Makes it; called once, and must not return another node's. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseTransport(this IRaftNodeBuilder builder, Func<IServiceProvider, ITransport> factory) => Use(builder, factory);

    /// <summary>Gives the node a log store of a type, which the container makes and disposes.</summary>
    /// <typeparam name="T">The log store.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseLogStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ILogStore => builder.UseLogStore(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Gives the node a log store. Without one, its log lives in memory and ends with the process. To lend a store that outlives the host, return one that is not disposable.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Makes it; called once, and must not return another node's. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseLogStore(this IRaftNodeBuilder builder, Func<IServiceProvider, ILogStore> factory) => Use(builder, factory);

    /// <summary>Gives the node a snapshot store of a type, which the container makes and disposes.</summary>
    /// <typeparam name="T">The snapshot store.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseSnapshotStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ISnapshotStore => builder.UseSnapshotStore(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Gives the node a snapshot store. Without one, its log store keeps the snapshots if it can, as the one in memory does; else there are none, and the log grows for ever.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Makes it; called once, and must not return another node's. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseSnapshotStore(this IRaftNodeBuilder builder, Func<IServiceProvider, ISnapshotStore> factory) => Use(builder, factory);

    /// <summary>Gives the node a clock. Without one it goes by the host's <see cref="TimeProvider"/>, and without that by the system's.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="clock">The clock; nodes may share it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseClock(this IRaftNodeBuilder builder, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return UseInstance(builder, clock);
    }

    /// <summary>Gives the node a clock over a <see cref="TimeProvider"/> of its own, such as a fake one in tests.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="timeProvider">The provider.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseClock(this IRaftNodeBuilder builder, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return builder.UseClock(SystemClock.Over(timeProvider));
    }

    /// <summary>Gives the node a scheduler. Without one it runs on the thread pool.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="scheduler">The scheduler; nodes may share it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseScheduler(this IRaftNodeBuilder builder, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return UseInstance(builder, scheduler);
    }

    /// <summary>
    /// Runs a worker while the node leads: it starts with each leadership, in a service scope of its own, and its token is
    /// cancelled when the leadership is lost or the host stops. See <see cref="ILeaderWorker"/>.
    /// </summary>
    /// <typeparam name="TWorker">The worker; made anew for each leadership.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder RunOnLeader<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorker>(this IRaftNodeBuilder builder)
        where TWorker : class, ILeaderWorker
    {
        NodeRegistration node = Registration(builder);
        builder.Services.AddSingleton<IHostedService>(provider => new LeaderWorkerService<TWorker>(node, provider));
        return builder;
    }

    private static IRaftNodeBuilder Use<TPort>(IRaftNodeBuilder builder, Func<IServiceProvider, TPort> factory)
        where TPort : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration(builder).AddPort(typeof(TPort), factory);
        return builder;
    }

    /// <summary>An instance may serve several nodes and hosts: no container disposes it.</summary>
    private static IRaftNodeBuilder UseInstance<TPort>(IRaftNodeBuilder builder, TPort instance)
        where TPort : class
    {
        Registration(builder).AddPort(typeof(TPort), instance);
        return builder;
    }

    private static NodeRegistration Registration(IRaftNodeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder as NodeRegistration ?? NodeDirectory.Of(builder.Services).Find(builder.Name);
    }
}
