using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>The types of the library that the rules are about.</summary>
internal sealed class KnownTypes
{
    private readonly IAssemblySymbol _project;

    private KnownTypes(Compilation compilation, INamedTypeSymbol stateMachine)
    {
        _project = compilation.Assembly;
        StateMachine = stateMachine;
        TypedStateMachine = compilation.GetTypeByMetadataName("Raft.StateMachine`2");
        CommittedBatch = compilation.GetTypeByMetadataName("Raft.CommittedBatch");
        SnapshotCapture = compilation.GetTypeByMetadataName("Raft.SnapshotCapture");
        Exception = compilation.GetTypeByMetadataName("System.Exception");
        HashSet<ISymbol> ownNode = new(SymbolEqualityComparer.Default);
        foreach (string name in new[] { "Raft.RaftNode", "Raft.IProposer`2", "Raft.IReader`1", "Raft.Leadership" })
        {
            if (compilation.GetTypeByMetadataName(name) is { } type)
            {
                ownNode.Add(type);
            }
        }

        OwnNode = ownNode;
    }

    /// <summary>IStateMachine.</summary>
    public INamedTypeSymbol StateMachine { get; }

    /// <summary>StateMachine of commands and results.</summary>
    public INamedTypeSymbol? TypedStateMachine { get; }

    public INamedTypeSymbol? CommittedBatch { get; }

    public INamedTypeSymbol? SnapshotCapture { get; }

    public INamedTypeSymbol? Exception { get; }

    /// <summary>The types whose tasks complete only after a state machine has returned.</summary>
    public ISet<ISymbol> OwnNode { get; }

    /// <summary>Null if the project does not use the library.</summary>
    public static KnownTypes? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Raft.IStateMachine") is { } stateMachine ? new KnownTypes(compilation, stateMachine) : null;

    /// <summary>
    /// Whether a symbol is a part of the project that is examined. One of a referenced project may have source too, in an editor, but
    /// this compilation cannot read it.
    /// </summary>
    public bool IsOfProject(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, _project);

    /// <summary>Whether a type is the base class or the interface of all state machines.</summary>
    public bool IsBaseOfAll(INamedTypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type, StateMachine)
        || SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, TypedStateMachine);

    public bool IsException(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, Exception))
            {
                return true;
            }
        }

        return false;
    }
}
