using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>Adds Raft nodes to a host.</summary>
public static class RaftServiceCollectionExtensions
{
    /// <summary>
    /// Adds the only node of a host. It starts and stops with the host. <see cref="RaftNode"/>,
    /// <see cref="IProposer{TCommand, TResult}"/>, <see cref="IReader{TMachine}"/> and the state machine can be injected.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options after they were bound from the configuration section <c>Raft</c>.</param>
    /// <returns>A builder that configures the node. By default it keeps a <see cref="StringLog"/> in memory.</returns>
    /// <exception cref="InvalidOperationException">A node without a name is registered already.</exception>
    public static IRaftNodeBuilder AddRaftNode(this IServiceCollection services, Action<RaftNodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return AddNode(services, name: null, configure);
    }

    /// <summary>
    /// Adds a node with a name. A host may have several. The name is the key of its services (<c>[FromKeyedServices("n1")] RaftNode
    /// node</c>), the name of its options and, unless the options set one, its id. A service that only one node of the host has can also
    /// be injected without the key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, unique in the host.</param>
    /// <param name="configure">
    /// Changes the options after they were bound from the configuration section <c>Raft</c>, which all named nodes share, and
    /// then from the node's own section, <c>Raft:{name}</c>.
    /// </param>
    /// <returns>A builder that configures the node. By default it keeps a <see cref="StringLog"/> in memory.</returns>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    /// <exception cref="InvalidOperationException">A node with this name is registered already.</exception>
    public static IRaftNodeBuilder AddRaftNode(this IServiceCollection services, string name, Action<RaftNodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return AddNode(services, name, configure);
    }

    private static NodeRegistration AddNode(IServiceCollection services, string? name, Action<RaftNodeOptions>? configure)
    {
        NodeRegistration node = new(name, services);
        NodeDirectory.Of(services).Add(node);
        services.TryAddSingleton<HostMeter>();
        services.TryAddSingleton(static provider => provider.GetService<IMeterFactory>() is { } factory
            ? new RaftMetrics(factory)
            : new RaftMetrics(provider.GetRequiredService<HostMeter>().Meter)); // a plain service collection may have no factory
        services.TryAddSingleton<HostClock>();
        services.TryAddSingleton<HostLog>();
        services.TryAddSingleton<LeaderWorkerDeadlines>();
        services.TryAddSingleton<HostNodes>();
        services.TryAddSingleton(typeof(IProposer<,>), typeof(MissingProposer<,>));
        services.TryAddSingleton(typeof(IReader<>), typeof(MissingReader<>));
        if (name is not null)
        {
            services.TryAddKeyedSingleton(typeof(IProposer<,>), KeyedService.AnyKey, typeof(MissingProposer<,>));
            services.TryAddKeyedSingleton(typeof(IReader<>), KeyedService.AnyKey, typeof(MissingReader<>));
        }

        AddOptions(services, node, configure);
        NodeDirectory.Of(services).AddService(node, typeof(RaftNode));
        node.SetStateMachine(static _ => new StringLog());

        // Not AddHostedService, which keeps only one service of each type.
        services.AddSingleton<IHostedService>(provider => new RaftNodeService(node, provider));
        return node;
    }

    private static void AddOptions(IServiceCollection services, NodeRegistration node, Action<RaftNodeOptions>? configure)
    {
        services.AddSingleton<IConfigureOptions<RaftNodeOptions>>(
            provider => new RaftNodeOptionsBinding(node, provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<RaftNodeOptions>>(provider => new RaftNodeOptionsValidation(
            node,
            provider.GetRequiredService<NodeDirectory>(),
            provider.GetService<IConfiguration>(),
            provider.GetRequiredService<HostLog>()));
        services.TryAddSingleton<IValidateOptions<RaftHostOptions>>(static provider => new RaftHostOptionsValidation(
            provider.GetRequiredService<NodeDirectory>(),
            provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>(),
            provider.GetRequiredService<HostLog>()));
        services.AddOptions<RaftHostOptions>().ValidateOnStart();
        OptionsBuilder<RaftNodeOptions> options = services.AddOptions<RaftNodeOptions>(node.OptionsName);
        if (configure is not null)
        {
            options.Configure(configure);
        }
    }
}
