using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>All nodes of a service collection. Lets services of the only node be asked for without its name.</summary>
internal sealed class NodeDirectory
{
    private readonly List<NodeRegistration> _nodes = [];
    private readonly List<Type> _unkeyed = [];
    private readonly IServiceCollection _services;

    private NodeDirectory(IServiceCollection services) => _services = services;

    public IReadOnlyList<NodeRegistration> Nodes => _nodes;

    /// <summary>The directory of a service collection, made when it is first asked for.</summary>
    public static NodeDirectory Of(IServiceCollection services)
    {
        foreach (ServiceDescriptor descriptor in services)
        {
            if (!descriptor.IsKeyedService && descriptor.ImplementationInstance is NodeDirectory directory)
            {
                return directory;
            }
        }

        NodeDirectory made = new(services);
        services.AddSingleton(made);
        return made;
    }

    /// <summary>Adds a node.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    public void Add(NodeRegistration node)
    {
        if (_nodes.Any(other => other.Name == node.Name))
        {
            throw new InvalidOperationException(node.Name is null
                ? "A Raft node without a name is registered already: give each node of a host a name, AddRaftNode(\"n1\")."
                : $"A Raft node named '{node.Name}' is registered already: give each node of a host a name of its own.");
        }

        _nodes.Add(node);
        if (node.Name is not null)
        {
            AddUnkeyed(typeof(RaftNode), static _ => typeof(RaftNode));
        }
    }

    /// <summary>Finds a node.</summary>
    /// <param name="name">Its name; null for the unnamed one, or for the only one.</param>
    /// <exception cref="InvalidOperationException">There is none, or there are several to choose from.</exception>
    public NodeRegistration Find(string? name)
    {
        if (_nodes.Find(node => node.Name == name) is { } found)
        {
            return found;
        }

        return name is null && _nodes.Count == 1
            ? _nodes[0]
            : throw new InvalidOperationException(
                _nodes.Count == 0 ? "No Raft node is registered: call AddRaftNode." : $"{(name is null ? "Several Raft nodes are" : $"No Raft node named '{name}' is")} registered: choose one of {Names(_nodes)}.");
    }

    /// <summary>Lets a service of named nodes be asked for without a name, as long as only one node has it.</summary>
    /// <param name="serviceType">The service.</param>
    /// <param name="typeOf">Which type of the kind a node has.</param>
    public void AddUnkeyed(Type serviceType, Func<NodeRegistration, Type?> typeOf)
    {
        if (_unkeyed.Contains(serviceType) || _services.Any(descriptor => !descriptor.IsKeyedService && descriptor.ServiceType == serviceType))
        {
            return; // the unnamed node's, or one that the program registered on purpose
        }

        _unkeyed.Add(serviceType);
        _services.AddSingleton(serviceType, provider =>
        {
            NodeRegistration[] having = [.. _nodes.Where(node => typeOf(node) == serviceType)];
            return having.Length == 1
                ? having[0].Find(provider, serviceType)!
                : throw new InvalidOperationException(
                    $"{serviceType.Name} was asked for without a name, but {(having.Length == 0 ? "no Raft node has one" : $"the Raft nodes {Names(having)} each have one")}: ask for the one of a node by its name, such as [FromKeyedServices(\"{(having.Length == 0 ? _nodes[0].Name : having[0].Name)}\")].");
        });
    }

    private static string Names(IEnumerable<NodeRegistration> nodes) => string.Join(", ", nodes.Select(static node => node.Name is null ? "the unnamed one" : $"'{node.Name}'"));
}
