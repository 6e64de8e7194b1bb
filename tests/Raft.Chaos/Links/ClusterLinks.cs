using System.Net;

namespace Raft.Chaos;

/// <summary>All links of a cluster, each with a proxy for each node that dials.</summary>
internal sealed class ClusterLinks : IAsyncDisposable
{
    private readonly int _nodes;
    private readonly Dictionary<(int From, int To), Link> _links;
    private readonly Dictionary<(int From, int To), LinkProxy> _proxies;
    private readonly IPEndPoint?[] _addresses;

    public ClusterLinks(int nodes)
    {
        _nodes = nodes;
        _addresses = new IPEndPoint?[nodes];
        _links = NetworkShape.Pairs(nodes).ToDictionary(static pair => pair, static _ => new Link());
        _proxies = NetworkShape.Pairs(nodes).ToDictionary(
            static pair => pair,
            pair => new LinkProxy(_links[pair], _links[(pair.To, pair.From)], () => Volatile.Read(ref _addresses[pair.To])));
        foreach (LinkProxy proxy in _proxies.Values)
        {
            proxy.Start();
        }
    }

    /// <summary>The address at which one node dials another.</summary>
    public IPEndPoint AddressOf(int dialler, int target) => _proxies[(dialler, target)].Address;

    /// <summary>Where a node listens now; null while it does not run.</summary>
    public void SetListener(int node, IPEndPoint? address) => Volatile.Write(ref _addresses[node], address);

    /// <summary>Changes the conditions of some directions.</summary>
    public void Set(IEnumerable<(int From, int To)> pairs, LinkConditions conditions)
    {
        foreach ((int from, int to) in pairs)
        {
            _links[(from, to)].Set(conditions);
            if (conditions is { IsCut: true, Breaks: true })
            {
                _proxies[(from, to)].Break();
                _proxies[(to, from)].Break();
            }
        }
    }

    /// <summary>Breaks all connections of a node in the middle of what passes next.</summary>
    public void BreakConnectionsOf(int node, int afterBytes)
    {
        foreach ((int From, int To) pair in NetworkShape.LinksOf(_nodes, node))
        {
            _proxies[pair].BreakAfter(afterBytes);
        }
    }

    /// <summary>All is well again.</summary>
    public void Heal() => Set(NetworkShape.Pairs(_nodes), LinkConditions.Healthy);

    public async ValueTask DisposeAsync()
    {
        foreach (LinkProxy proxy in _proxies.Values)
        {
            await proxy.DisposeAsync();
        }
    }
}
