using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>All nodes of a service collection. Lets services of the only node be asked for without its name.</summary>
internal sealed class NodeDirectory
{
    private readonly List<NodeRegistration> _nodes = [];
    private readonly List<ServiceDescriptor> _unkeyed = [];
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

    /// <summary>
    /// Lets the services of named nodes be asked for without a name, as long as only one node has it. Called whenever a
    /// node came or got another state machine, so that nothing is left of what no node has any more.
    /// </summary>
    public void UpdateUnkeyed()
    {
        foreach (ServiceDescriptor descriptor in _unkeyed)
        {
            _services.Remove(descriptor);
        }

        _unkeyed.Clear();
        foreach (Type serviceType in _nodes.Where(static node => node.Name is not null).SelectMany(static node => node.UnkeyedTypes).Distinct())
        {
            if (_services.Any(descriptor => !descriptor.IsKeyedService && descriptor.ServiceType == serviceType))
            {
                continue; // the unnamed node's, or one that the program registered on purpose
            }

            ServiceDescriptor descriptor = ServiceDescriptor.Singleton(serviceType, provider => OnlyOne(provider, serviceType));
            _unkeyed.Add(descriptor);
            _services.Add(descriptor);
        }
    }

    private object OnlyOne(IServiceProvider provider, Type serviceType)
    {
        NodeRegistration[] having = [.. _nodes.Where(node => node.UnkeyedTypes.Contains(serviceType))];
        return having.Length == 1
            ? having[0].Find(provider, serviceType)!
            : throw new InvalidOperationException(
                $"{NameOf(serviceType)} was asked for without a name, but the Raft nodes {Names(having)} each have one: ask for the one of a node by its name, such as [FromKeyedServices(\"{having[0].Name}\")].");
    }

    /// <summary>The type as people write it, such as IProposer&lt;String, Int64&gt;.</summary>
    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
        : type.Name;

    private static string Names(IEnumerable<NodeRegistration> nodes) => string.Join(", ", nodes.Select(static node => node.Name is null ? "the unnamed one" : $"'{node.Name}'"));
}
