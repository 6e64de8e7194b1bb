using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// The in-process networks of a host, one of each kind for each cluster, since two clusters may have nodes of the same id.
/// A host with one cluster finds its network as a service, too.
/// </summary>
internal sealed class HostNetworks(IServiceProvider provider, NodeDirectory directory)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ChannelNetwork> _channels = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InMemoryNetwork> _inMemory = new(StringComparer.Ordinal);

    private ChannelNetwork OnlyChannels => Channels(NodeOfTheOnlyCluster());

    private InMemoryNetwork OnlyInMemory => InMemory(NodeOfTheOnlyCluster());

    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton<HostNetworks>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostNetworks>().OnlyChannels);
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostNetworks>().OnlyInMemory);
    }

    /// <summary>The network that a node without one of its own joins: the service, which a program may have registered itself, or one for each of several clusters.</summary>
    public ChannelNetwork ChannelsOf(NodeRegistration node) => HasOneCluster ? provider.GetRequiredService<ChannelNetwork>() : Channels(node);

    /// <inheritdoc cref="ChannelsOf"/>
    public InMemoryNetwork InMemoryOf(NodeRegistration node) => HasOneCluster ? provider.GetRequiredService<InMemoryNetwork>() : InMemory(node);

    private ChannelNetwork Channels(NodeRegistration node) => Get(_channels, ClusterOf(node), static () => new ChannelNetwork());

    private InMemoryNetwork InMemory(NodeRegistration node) => Get(_inMemory, ClusterOf(node), static () => new InMemoryNetwork());

    private bool HasOneCluster => directory.Nodes.Select(ClusterOf).Distinct(StringComparer.Ordinal).Count() == 1;

    private NodeRegistration NodeOfTheOnlyCluster() => HasOneCluster
        ? directory.Nodes[0]
        : throw new InvalidOperationException("The Raft nodes of this host belong to several clusters, each with a network of its own: make the networks yourself, and pass them to UseChannelTransport or UseInMemoryTransport.");

    private string ClusterOf(NodeRegistration node) => provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(node.OptionsName).ClusterId;

    private TNetwork Get<TNetwork>(SortedDictionary<string, TNetwork> networks, string cluster, Func<TNetwork> make)
    {
        lock (_lock)
        {
            if (!networks.TryGetValue(cluster, out TNetwork? network))
            {
                networks.Add(cluster, network = make());
            }

            return network;
        }
    }
}
