using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>One node of a service collection, and where its services are found: under its name as key, or without a key.</summary>
internal sealed class NodeRegistration(string? name, IServiceCollection services) : IRaftNodeBuilder
{
    private readonly List<ServiceDescriptor> _stateMachine = [];
    private readonly AsyncLocal<bool> _isBeingMade = new(); // flows to the thread on which the container may go on

    public string? Name => name;

    public IServiceCollection Services => services;

    /// <summary>The name under which the options are found.</summary>
    public string OptionsName => name ?? Options.DefaultName;

    /// <summary>The section of the unnamed node, and of what all named ones share.</summary>
    public const string SharedSection = "Raft";

    /// <summary>The configuration section that the options are bound from.</summary>
    public string Section => name is null ? SharedSection : $"{SharedSection}:{name}";

    /// <summary>The type of the state machine.</summary>
    public Type? StateMachineType { get; private set; }

    /// <summary>The type of the state machine's proposer; null if it has none.</summary>
    public Type? ProposerType { get; private set; }

    /// <summary>What of the node can be asked for without its name.</summary>
    public IEnumerable<Type> UnkeyedTypes => ((Type?[])[typeof(RaftNode), StateMachineType, ProposerType]).OfType<Type>();

    /// <summary>Registers a service of the node, one instance of its own, which the container disposes.</summary>
    public ServiceDescriptor Add(Type serviceType, Func<IServiceProvider, object> factory)
    {
        ServiceDescriptor descriptor = name is null
            ? ServiceDescriptor.Singleton(serviceType, factory)
            : ServiceDescriptor.KeyedSingleton(serviceType, name, (provider, _) => factory(provider));
        services.Add(descriptor);
        return descriptor;
    }

    /// <summary>Registers an instance that somebody else owns, and disposes.</summary>
    public void Add(Type serviceType, object instance) => services.Add(name is null
        ? ServiceDescriptor.Singleton(serviceType, instance)
        : ServiceDescriptor.KeyedSingleton(serviceType, name, instance));

    /// <summary>Finds a service of the node.</summary>
    public object? Find(IServiceProvider provider, Type serviceType) => name is null
        ? provider.GetService(serviceType)
        : (provider as IKeyedServiceProvider ?? throw NoKeys()).GetKeyedService(serviceType, name);

    /// <summary>Finds a service of the node, or null.</summary>
    public T? Find<T>(IServiceProvider provider)
        where T : class => (T?)Find(provider, typeof(T));

    /// <summary>Finds a service of the node.</summary>
    public T Get<T>(IServiceProvider provider)
        where T : class => Find<T>(provider) ?? throw new InvalidOperationException($"No {typeof(T).Name} is registered for {(name is null ? "the node without a name" : $"node '{name}'")}.");

    /// <summary>Replaces the state machine.</summary>
    public void SetStateMachine<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] T>(
        Func<IServiceProvider, T> factory)
        where T : class, IStateMachine
    {
        foreach (ServiceDescriptor replaced in _stateMachine)
        {
            services.Remove(replaced);
        }

        _stateMachine.Clear();
        StateMachineType = typeof(T);
        _stateMachine.Add(Add(typeof(T), factory));
        ProposerType = Array.Find(typeof(T).GetInterfaces(), static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IProposedThrough<>))?.GenericTypeArguments[0];
        if (ProposerType is not null)
        {
            _stateMachine.Add(Add(ProposerType, provider => ((IProposedThrough)(object)Get<T>(provider)).CreateProposer(Get<RaftNode>(provider))));
        }

        NodeDirectory.Of(services).UpdateUnkeyed();
    }

    /// <summary>Makes the node from its options and its services.</summary>
    /// <exception cref="InvalidOperationException">One of them needs the node itself. The container cannot see that through factories, and would wait for itself for ever.</exception>
    public RaftNode CreateNode(IServiceProvider provider)
    {
        if (_isBeingMade.Value)
        {
            throw new InvalidOperationException(
                $"The state machine, transport, log store or another port of Raft node {(name is null ? string.Empty : $"'{name}' ")}asks for the RaftNode or IProposer that is made from it: have it take an IServiceProvider and ask later, or put what needs the node into a service of its own, or into a worker of RunOnLeader.");
        }

        _isBeingMade.Value = true;
        try
        {
            return MakeNode(provider);
        }
        finally
        {
            _isBeingMade.Value = false;
        }
    }

    private RaftNode MakeNode(IServiceProvider provider)
    {
        RaftNodeOptions options = provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(OptionsName);
        RaftNodePorts ports = NodePorts.Find(this, provider).WithStores();
        IReadOnlyList<string> failures = RaftNodeOptionsRules.FindFailures(options, ports);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(OptionsName, typeof(RaftNodeOptions), failures.Select(failure => $"{Section}: {failure}"));
        }

        return new RaftNode(options.NodeId ?? name!, options: options, ports: ports);
    }

    private static InvalidOperationException NoKeys() =>
        new("The service provider knows no keyed services, which named Raft nodes are: use one that does, such as the default one, or AddRaftNode without a name.");
}
