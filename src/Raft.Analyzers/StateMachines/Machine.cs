using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>A class that is a state machine, and the methods through which a node calls it.</summary>
internal sealed class Machine
{
    private readonly Dictionary<IMethodSymbol, IMethodSymbol> _overrides = new(SymbolEqualityComparer.Default);

    private Machine(INamedTypeSymbol type, KnownTypes known)
    {
        Type = type;
        for (INamedTypeSymbol? level = type; level is not null; level = level.BaseType)
        {
            foreach (IMethodSymbol method in level.GetMembers().OfType<IMethodSymbol>())
            {
                NoteOverrides(method);
            }
        }

        Apply = Find(known, "Apply", "ApplyAsync");
        Capture = Find(known, "Capture", "Capture");
        Restore = Find(known, "RestoreAsync", "RestoreAsync");
        IsDurable = IsDeclared(known, "MayBlock") || IsDeclared(known, "AppliedIndex");
    }

    public INamedTypeSymbol Type { get; }

    /// <summary>Null if it has no source.</summary>
    public IMethodSymbol? Apply { get; }

    public IMethodSymbol? Capture { get; }

    public IMethodSymbol? Restore { get; }

    /// <summary>Whether it keeps its state outside its memory, so that it must do IO, and may block.</summary>
    public bool IsDurable { get; }

    /// <summary>All of the project, in the order of their files and places.</summary>
    public static ImmutableArray<Machine> FindAll(Compilation compilation, KnownTypes known, CancellationToken cancellationToken)
    {
        List<INamedTypeSymbol> found = [];
        Stack<INamespaceOrTypeSymbol> open = new([compilation.Assembly.GlobalNamespace]);
        while (open.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (ISymbol member in open.Pop().GetMembers())
            {
                if (member is INamespaceOrTypeSymbol inner)
                {
                    open.Push(inner);
                }

                if (member is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } type
                    && type.AllInterfaces.Contains(known.StateMachine, SymbolEqualityComparer.Default))
                {
                    found.Add(type);
                }
            }
        }

        return [.. found
            .OrderBy(static type => type.Locations[0].SourceTree?.FilePath, StringComparer.Ordinal)
            .ThenBy(static type => type.Locations[0].SourceSpan.Start)
            .Select(type => new Machine(type, known))];
    }

    /// <summary>The method that runs when the machine calls a method of itself.</summary>
    public IMethodSymbol MostDerived(IMethodSymbol method) =>
        _overrides.TryGetValue(method.OriginalDefinition, out IMethodSymbol most) ? most : method;

    /// <summary>Notes the most derived override of each method: the levels come from the most derived one.</summary>
    private void NoteOverrides(IMethodSymbol method)
    {
        IMethodSymbol most = _overrides.TryGetValue(method.OriginalDefinition, out IMethodSymbol known) ? known : method;
        for (IMethodSymbol? overridden = method.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            if (!_overrides.ContainsKey(overridden.OriginalDefinition))
            {
                _overrides.Add(overridden.OriginalDefinition, most);
            }
        }
    }

    private IMethodSymbol? Find(KnownTypes known, string typed, string plain)
    {
        IMethodSymbol? method = null;
        IMethodSymbol? declaredTyped = known.TypedStateMachine?.GetMembers(typed).OfType<IMethodSymbol>()
            .FirstOrDefault(static each => each.IsVirtual || each.IsAbstract);
        if (declaredTyped is { } own && _overrides.TryGetValue(own, out IMethodSymbol overriding))
        {
            method = overriding;
        }
        else if (known.StateMachine.GetMembers(plain).OfType<IMethodSymbol>().FirstOrDefault() is { } declared
            && Type.FindImplementationForInterfaceMember(declared) is IMethodSymbol implementation
            && !SymbolEqualityComparer.Default.Equals(implementation.ContainingType, known.StateMachine))
        {
            method = MostDerived(implementation);
        }

        return method is { IsAbstract: false, DeclaringSyntaxReferences.Length: > 0 } ? method : null;
    }

    private bool IsDeclared(KnownTypes known, string property) =>
        known.StateMachine.GetMembers(property).FirstOrDefault() is { } declared
        && Type.FindImplementationForInterfaceMember(declared) is { DeclaringSyntaxReferences.Length: > 0 };
}
