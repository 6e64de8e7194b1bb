using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// The in-process networks of a host: one of each kind per cluster, since two clusters may have nodes with the same id. In a host with
/// one cluster, its networks are services too.
/// </summary>
internal sealed class HostNetworks(IServiceProvider provider, NodeDirectory directory)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ChannelNetwork> _channels = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InMemoryNetwork> _inMemory = new(StringComparer.Ordinal);

    private ChannelNetwork ChannelsOfOnlyCluster => Channels(NodeOfTheOnlyCluster());

    private InMemoryNetwork InMemoryOfOnlyCluster => InMemory(NodeOfTheOnlyCluster());

    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton<HostNetworks>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostNetworks>().ChannelsOfOnlyCluster);
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostNetworks>().InMemoryOfOnlyCluster);
    }

    /// <summary>
    /// The network of a node that was not given one. With one cluster it is the service, which a program may have registered
    /// itself. With several clusters, each has its own.
    /// </summary>
    public ChannelNetwork ChannelsOf(NodeRegistration node) =>
        HasOneCluster ? provider.GetRequiredService<ChannelNetwork>() : Channels(node);

    /// <inheritdoc cref="ChannelsOf"/>
    public InMemoryNetwork InMemoryOf(NodeRegistration node) =>
        HasOneCluster ? provider.GetRequiredService<InMemoryNetwork>() : InMemory(node);

    private ChannelNetwork Channels(NodeRegistration node) => Get(_channels, ClusterOf(node), static () => new ChannelNetwork());

    private InMemoryNetwork InMemory(NodeRegistration node) => Get(_inMemory, ClusterOf(node), static () => new InMemoryNetwork());

    private bool HasOneCluster => directory.Nodes.Select(ClusterOf).Distinct(StringComparer.Ordinal).Count() == 1;

    private NodeRegistration NodeOfTheOnlyCluster() => HasOneCluster
        ? directory.Nodes[0]
        : throw new InvalidOperationException(
            "The Raft nodes of this host belong to several clusters, and each cluster has its own network: no single one can be injected. "
            + "Create the networks yourself, and pass them to UseChannelTransport or UseInMemoryTransport.");

    private string ClusterOf(NodeRegistration node) =>
        provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(node.OptionsName).ClusterId;

    private TNetwork Get<TNetwork>(SortedDictionary<string, TNetwork> networks, string cluster, Func<TNetwork> create)
    {
        lock (_lock)
        {
            if (!networks.TryGetValue(cluster, out TNetwork? network))
            {
                networks.Add(cluster, network = create());
            }

            return network;
        }
    }
}
