using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>All nodes of a service collection, and the types under which their services are registered.</summary>
internal sealed class NodeDirectory
{
    private readonly List<NodeRegistration> _nodes = [];
    private readonly HashSet<Type> _unkeyed = [];
    private readonly HashSet<(string Name, Type Type)> _keyed = [];
    private readonly IServiceCollection _services;

    private NodeDirectory(IServiceCollection services) => _services = services;

    public IReadOnlyList<NodeRegistration> Nodes => _nodes;

    /// <summary>The directory of a service collection. The first call creates it.</summary>
    public static NodeDirectory Of(IServiceCollection services)
    {
        foreach (ServiceDescriptor descriptor in services)
        {
            if (!descriptor.IsKeyedService && descriptor.ImplementationInstance is NodeDirectory directory)
            {
                return directory;
            }
        }

        NodeDirectory created = new(services);
        services.AddSingleton(created);
        return created;
    }

    /// <summary>Adds a node.</summary>
    /// <exception cref="InvalidOperationException">A node with this name is registered already.</exception>
    public void Add(NodeRegistration node)
    {
        if (_nodes.Any(other => other.Name == node.Name))
        {
            throw new InvalidOperationException(node.Name is null
                ? "A Raft node without a name is registered already: give each node of a host a name, AddRaftNode(\"n1\")."
                : $"A Raft node named '{node.Name}' is registered already: give each node of a host its own name.");
        }

        _nodes.Add(node);
    }

    /// <summary>Finds a node.</summary>
    /// <param name="name">Its name; null for the unnamed node, or for the only one.</param>
    /// <exception cref="InvalidOperationException">There is no such node, or there are several to choose from.</exception>
    public NodeRegistration Find(string? name)
    {
        if (_nodes.Find(node => node.Name == name) is { } found)
        {
            return found;
        }

        return name is null && _nodes.Count == 1 ? _nodes[0] : throw NotFound(name);
    }

    /// <summary>
    /// Registers a service of a node: under the node's name as key, and once for all nodes without a key. A registration is never
    /// removed; <see cref="HostNodes"/> decides when the service is requested which node has it.
    /// </summary>
    public void AddService(NodeRegistration node, Type type)
    {
        if (node.Name is not null && _keyed.Add((node.Name, type)))
        {
            _services.AddKeyedSingleton(type, node.Name, (provider, _) => provider.GetRequiredService<HostNodes>().Create(node, type));
        }

        // Without a key, a registration that the program made itself takes precedence over that of a named node.
        bool isTaken = node.Name is not null && _services.Any(descriptor => !descriptor.IsKeyedService && descriptor.ServiceType == type);
        if (!isTaken && _unkeyed.Add(type))
        {
            _services.AddSingleton(type, provider => provider.GetRequiredService<HostNodes>().GetOnly(type));
        }
    }

    /// <summary>Explains why there is no node with this name.</summary>
    public InvalidOperationException NotFound(string? name)
    {
        if (_nodes.Count == 0)
        {
            return new InvalidOperationException("No Raft node is registered: call AddRaftNode.");
        }

        string problem = name is null ? "Several Raft nodes are" : $"No Raft node named '{name}' is";
        string names = string.Join(", ", _nodes.Select(static node => node.QuotedName));
        return new InvalidOperationException($"{problem} registered: choose one of {names}.");
    }
}
