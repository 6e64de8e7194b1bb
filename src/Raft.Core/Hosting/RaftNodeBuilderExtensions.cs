using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Raft;

/// <summary>Configures the ports, state machine and workers of a node. If a method is called several times, the last call counts.</summary>
public static class RaftNodeBuilderExtensions
{
    /// <summary>Sets the type of the state machine. The container creates one instance for the node, and disposes it.</summary>
    /// <typeparam name="T">
    /// The state machine: a <see cref="StateMachine{TCommand, TResult}"/>, whose proposer can then be injected, or any other.
    /// </typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseStateMachine<
        [DynamicallyAccessedMembers(NodeTypes.StateMachine)] T>(this IRaftNodeBuilder builder)
        where T : class, IStateMachine =>
        builder.UseStateMachine(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Sets the state machine, created by a factory.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Creates it. Called once; it must not return that of another node. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseStateMachine<
        [DynamicallyAccessedMembers(NodeTypes.StateMachine)] T>(
        this IRaftNodeBuilder builder, Func<IServiceProvider, T> factory)
        where T : class, IStateMachine
    {
        ArgumentNullException.ThrowIfNull(factory);
        Registration(builder).SetStateMachine(factory);
        return builder;
    }

    /// <summary>Connects the node through the host's <see cref="ChannelNetwork"/> of its cluster, for a cluster within this host.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="network">
    /// The network, where it must be a certain one: to share it between hosts of a process, or to inject faults. Null: the
    /// host's own of the cluster.
    /// </param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseChannelTransport(this IRaftNodeBuilder builder, ChannelNetwork? network = null)
    {
        NodeRegistration node = Registration(builder);
        if (network is not null)
        {
            return builder.UseTransport(_ => network.CreateTransport()); // not registered as a service, which would be another network
        }

        HostNetworks.AddTo(builder.Services);
        return builder.UseTransport(provider => provider.GetRequiredService<HostNetworks>().ChannelsOf(node).CreateTransport());
    }

    /// <summary>
    /// Connects the node through the host's <see cref="InMemoryNetwork"/> of its cluster, for a cluster within this host.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="network">
    /// The network, where it must be a certain one: to share it between hosts of a process, or to inject faults. Null: the
    /// host's own of the cluster.
    /// </param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseInMemoryTransport(this IRaftNodeBuilder builder, InMemoryNetwork? network = null)
    {
        NodeRegistration node = Registration(builder);
        if (network is not null)
        {
            return builder.UseTransport(_ => network.CreateTransport()); // not registered as a service, which would be another network
        }

        HostNetworks.AddTo(builder.Services);
        return builder.UseTransport(provider => provider.GetRequiredService<HostNetworks>().InMemoryOf(node).CreateTransport());
    }

    /// <summary>Sets the type of the transport. The container creates and disposes it.</summary>
    /// <typeparam name="T">The transport.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseTransport<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ITransport =>
        builder.UseTransport(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>Sets the transport.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Creates it. Called once; it must not return that of another node. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseTransport(this IRaftNodeBuilder builder, Func<IServiceProvider, ITransport> factory) =>
        Use(builder, factory);

    /// <summary>Sets the type of the log store. The container creates and disposes it.</summary>
    /// <typeparam name="T">The log store.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseLogStore<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ILogStore =>
        builder.UseLogStore(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>
    /// Sets the log store. By default the log is in memory, and is lost with the process. To use a store that outlives the
    /// host, return one that is not disposable.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Creates it. Called once; it must not return that of another node. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseLogStore(this IRaftNodeBuilder builder, Func<IServiceProvider, ILogStore> factory) =>
        Use(builder, factory);

    /// <summary>Sets the type of the snapshot store. The container creates and disposes it.</summary>
    /// <typeparam name="T">The snapshot store.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseSnapshotStore<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRaftNodeBuilder builder)
        where T : class, ISnapshotStore =>
        builder.UseSnapshotStore(static provider => ActivatorUtilities.CreateInstance<T>(provider));

    /// <summary>
    /// Sets the snapshot store. By default the log store also keeps snapshots if it implements <see cref="ISnapshotStore"/>, as
    /// the one in memory does. Otherwise there are no snapshots, and the log grows without bound.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="factory">Creates it. Called once; it must not return that of another node. The container disposes it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseSnapshotStore(this IRaftNodeBuilder builder, Func<IServiceProvider, ISnapshotStore> factory) =>
        Use(builder, factory);

    /// <summary>
    /// Sets the clock. By default the node uses the host's <see cref="TimeProvider"/>, or the system clock if the host has
    /// none.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="clock">The clock; nodes may share it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseClock(this IRaftNodeBuilder builder, IClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return UseInstance(builder, clock);
    }

    /// <summary>Sets the clock to one over a <see cref="TimeProvider"/>, such as a fake one in tests.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="timeProvider">The provider.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseClock(this IRaftNodeBuilder builder, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return builder.UseClock(SystemClock.Over(timeProvider));
    }

    /// <summary>Sets the scheduler. By default the node runs on the thread pool.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="scheduler">The scheduler; nodes may share it.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder UseScheduler(this IRaftNodeBuilder builder, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return UseInstance(builder, scheduler);
    }

    /// <summary>
    /// Runs a worker while the node leads. Each leadership creates one, in its own service scope. Its token is cancelled when the
    /// leadership is lost or the host stops. See <see cref="ILeaderWorker"/>.
    /// </summary>
    /// <typeparam name="TWorker">The worker; a new one is created for each leadership.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The builder.</returns>
    public static IRaftNodeBuilder RunOnLeader<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorker>(this IRaftNodeBuilder builder)
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

    /// <summary>An instance may serve several nodes and hosts, so no container disposes it.</summary>
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
