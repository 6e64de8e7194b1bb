namespace Raft;

/// <summary>The nodes of one service provider: creates their services, and explains why a service cannot be created.</summary>
internal sealed class HostNodes(NodeDirectory directory, IServiceProvider provider)
{
    private readonly Lock _lock = new();
    private readonly HashSet<(NodeRegistration Node, Type Type)> _underConstruction = [];

    /// <summary>Creates a service of a node. The container calls it once for each service.</summary>
    /// <exception cref="InvalidOperationException">The node does not have the service, or the service needs itself.</exception>
    public object Create(NodeRegistration node, Type type)
    {
        if (!node.Has(type))
        {
            throw NotAvailable(type, [node]);
        }

        // The container cannot see a cycle that passes through factories: without this check it would call itself without end.
        lock (_lock)
        {
            if (!_underConstruction.Add((node, type)))
            {
                throw NeedsItself(node);
            }
        }

        try
        {
            return node.Create(type, provider);
        }
        finally
        {
            lock (_lock)
            {
                _underConstruction.Remove((node, type));
            }
        }
    }

    /// <summary>Finds a service that was requested without a key: that of the unnamed node, or of the only node that has one.</summary>
    /// <exception cref="InvalidOperationException">No node has the service, or several named nodes have it.</exception>
    public object GetOnly(Type type)
    {
        NodeRegistration[] candidates = [.. directory.Nodes.Where(node => node.Has(type))];
        if (Array.Find(candidates, static node => node.Name is null) is { } unnamed)
        {
            return Create(unnamed, type);
        }

        return candidates.Length switch
        {
            0 => throw NotAvailable(type, directory.Nodes),
            1 => candidates[0].Find(provider, type)!,
            _ => throw new InvalidOperationException(
                $"{NameOf(type)} was requested without a key, but the Raft nodes "
                + $"{string.Join(", ", candidates.Select(static node => node.QuotedName))} each have one. "
                + $"Use the name of a node as the key, such as [FromKeyedServices(\"{candidates[0].Name}\")]."),
        };
    }

    /// <summary>Explains why a proposer or reader cannot be found.</summary>
    /// <param name="type">The type that was requested.</param>
    /// <param name="key">The key that it was requested with; null without a key.</param>
    public InvalidOperationException ServiceNotAvailable(Type type, object? key)
    {
        if (key is null)
        {
            return NotAvailable(type, directory.Nodes);
        }

        return directory.Nodes.FirstOrDefault(node => key.Equals(node.Name)) is { } found
            ? NotAvailable(type, [found])
            : directory.NotFound(key.ToString());
    }

    private static InvalidOperationException NotAvailable(Type type, IEnumerable<NodeRegistration> nodes) => new(
        $"{NameOf(type)} is not available: {string.Join("; ", nodes.Select(node => Describe(node, type)))}. "
        + "Request one of these types, or give the node the state machine that you need, with UseStateMachine.");

    private static string Describe(NodeRegistration node, Type requested)
    {
        string isDefault = node.StateMachineType == typeof(StringLog) ? " (the default)" : string.Empty;
        bool isReader = requested.IsGenericType && requested.GetGenericTypeDefinition() == typeof(IReader<>);
        string offered = isReader ? $"with {NameOf(node.ReaderType)}"
            : node.ProposerType is null
            ? $"which is not a {nameof(StateMachine<,>)}<TCommand, TResult> and has no {nameof(IProposer<,>)}"
            : $"with {NameOf(node.ProposerType)}";
        return $"{node.DisplayName} has the state machine {NameOf(node.StateMachineType)}{isDefault}, {offered}";
    }

    /// <summary>The type as people write it, such as IProposer&lt;String, Int64&gt;.</summary>
    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
        : type.Name;

    private InvalidOperationException NeedsItself(NodeRegistration node)
    {
        bool isStateMachine;
        lock (_lock)
        {
            isStateMachine = _underConstruction.Contains((node, node.StateMachineType));
        }

        string requested = $"the {nameof(RaftNode)}, {nameof(IProposer<,>)} or {nameof(IReader<>)} that is created from it";
        return new InvalidOperationException(isStateMachine
            ? $"The state machine {NameOf(node.StateMachineType)} of {node.DisplayName} needs its own node: its constructor or "
                + $"factory, or a service that it injects, requests {requested}, or the state machine itself. "
                + "A state machine must not use its own node. Move that code to a service next to it, such as a BackgroundService or a "
                + "worker of RunOnLeader."
            : $"A transport, log store or another port of {node.DisplayName} needs its own node: its constructor, or a service that it "
                + $"injects, requests {requested}. Inject IServiceProvider and request the node later, or move that code to a service.");
    }
}
