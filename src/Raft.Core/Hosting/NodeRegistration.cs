using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// One node of a service collection. Its services are registered under its name as key, or without a key for the unnamed node.
/// </summary>
internal sealed class NodeRegistration(string? name, IServiceCollection services) : IRaftNodeBuilder
{
    /// <summary>The configuration section of the unnamed node, and of the options that all named nodes share.</summary>
    public const string SharedSection = "Raft";

    private Func<IServiceProvider, IStateMachine>? _createStateMachine;
    private Func<RaftNode, object>? _createReader;

    public string? Name => name;

    public IServiceCollection Services => services;

    /// <summary>The name under which the options are found.</summary>
    public string OptionsName => name ?? Options.DefaultName;

    /// <summary>The configuration section that the options are bound from.</summary>
    public string Section => name is null ? SharedSection : $"{SharedSection}:{name}";

    /// <summary>The name in a list of names.</summary>
    public string QuotedName => name is null ? "the unnamed one" : $"'{name}'";

    /// <summary>The name in a sentence.</summary>
    public string DisplayName => name is null ? "the unnamed Raft node" : $"Raft node '{name}'";

    /// <summary>The type of the state machine.</summary>
    public Type StateMachineType { get; private set; } = typeof(StringLog);

    /// <summary>The type of the state machine's proposer; null if it has none.</summary>
    public Type? ProposerType { get; private set; }

    /// <summary>The type of the state machine's reader.</summary>
    public Type ReaderType { get; private set; } = typeof(IReader<StringLog>);

    /// <summary>Whether the node has a service that can also be requested without the node's name.</summary>
    public bool Has(Type type) =>
        type == typeof(RaftNode) || type == StateMachineType || type == ProposerType || type == ReaderType;

    /// <summary>Registers a port of the node, which the container creates once and disposes.</summary>
    public void AddPort(Type type, Func<IServiceProvider, object> factory)
    {
        if (name is null)
        {
            services.AddSingleton(type, factory);
        }
        else
        {
            services.AddKeyedSingleton(type, name, (provider, _) => factory(provider));
        }
    }

    /// <summary>Registers a port of the node whose owner disposes it.</summary>
    public void AddPort(Type type, object instance)
    {
        if (name is null)
        {
            services.AddSingleton(type, instance);
        }
        else
        {
            services.AddKeyedSingleton(type, name, instance);
        }
    }

    /// <summary>Finds a service of the node, or null.</summary>
    public object? Find(IServiceProvider provider, Type type) => name is null
        ? provider.GetService(type)
        : (provider as IKeyedServiceProvider ?? throw NoKeys()).GetKeyedService(type, name);

    /// <summary>Finds a service of the node, or null.</summary>
    public T? Find<T>(IServiceProvider provider)
        where T : class => (T?)Find(provider, typeof(T));

    /// <summary>Finds a service of the node.</summary>
    /// <exception cref="InvalidOperationException">The node has no such service.</exception>
    public T Get<T>(IServiceProvider provider)
        where T : class =>
        Find<T>(provider) ?? throw new InvalidOperationException($"No {typeof(T).Name} is registered for {DisplayName}.");

    /// <summary>Replaces the state machine.</summary>
    public void SetStateMachine<[DynamicallyAccessedMembers(NodeTypes.StateMachine)] T>(Func<IServiceProvider, T> factory)
        where T : class, IStateMachine
    {
        _createStateMachine = factory;
        StateMachineType = typeof(T);
        ReaderType = typeof(IReader<T>);
        _createReader = static node => node.CreateReader<T>();
        ProposerType = Array.Find(typeof(T).GetInterfaces(), IsHasProposer)?.GenericTypeArguments[0];
        NodeDirectory directory = NodeDirectory.Of(services);
        directory.AddService(this, typeof(T));
        directory.AddService(this, ReaderType);
        if (ProposerType is not null)
        {
            directory.AddService(this, ProposerType);
        }
    }

    /// <summary>Creates a service that the node <see cref="Has"/>.</summary>
    public object Create(Type type, IServiceProvider provider)
    {
        if (type == typeof(RaftNode))
        {
            return CreateNode(provider);
        }

        if (type == ReaderType)
        {
            return _createReader!(Get<RaftNode>(provider));
        }

        return type == StateMachineType
            ? _createStateMachine!(provider)
            : ((IHasProposer)Find(provider, StateMachineType)!).CreateProposer(Get<RaftNode>(provider));
    }

    private static bool IsHasProposer(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IHasProposer<>);

    private static InvalidOperationException NoKeys() => new(
        "This service provider does not support keyed services, which named Raft nodes need. "
        + "Use a provider that does, such as the default one, or call AddRaftNode without a name.");

    private RaftNode CreateNode(IServiceProvider provider)
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
}
