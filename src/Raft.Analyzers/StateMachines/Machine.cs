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

        Apply = FindOfProject(known, "Apply", "ApplyAsync");
        Capture = FindOfProject(known, "Capture", "Capture");
        Restore = FindOfProject(known, "RestoreAsync", "RestoreAsync");
        IsDurable = IsDeclared(known, "MayBlock") || IsDeclared(known, "AppliedIndex");
    }

    public INamedTypeSymbol Type { get; }

    /// <summary>Null if another project contains it.</summary>
    public IMethodSymbol? Apply { get; }

    public IMethodSymbol? Capture { get; }

    public IMethodSymbol? Restore { get; }

    /// <summary>Whether another project contains a method of it, in a base class, so that not everything that it does is known.</summary>
    public bool IsPartlyForeign { get; private set; }

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

    private IMethodSymbol? FindOfProject(KnownTypes known, string typed, string plain)
    {
        if (Find(known, typed, plain) is not { IsAbstract: false } method)
        {
            return null;
        }

        bool isOfProject = known.IsOfProject(method);
        IsPartlyForeign |= !isOfProject;
        return isOfProject ? method : null;
    }

    private IMethodSymbol? Find(KnownTypes known, string typed, string plain)
    {
        IMethodSymbol? declaredTyped = known.TypedStateMachine?.GetMembers(typed).OfType<IMethodSymbol>()
            .FirstOrDefault(static each => each.IsVirtual || each.IsAbstract);
        if (declaredTyped is { } own && _overrides.TryGetValue(own, out IMethodSymbol overriding))
        {
            return overriding;
        }

        return known.StateMachine.GetMembers(plain).OfType<IMethodSymbol>().FirstOrDefault() is { } declared
            && Type.FindImplementationForInterfaceMember(declared) is IMethodSymbol implementation
            && !known.IsBaseOfAll(implementation.ContainingType)
                ? MostDerived(implementation)
                : null;
    }

    private bool IsDeclared(KnownTypes known, string property) =>
        known.StateMachine.GetMembers(property).FirstOrDefault() is { } declared
        && Type.FindImplementationForInterfaceMember(declared) is { } implementation
        && !known.IsBaseOfAll(implementation.ContainingType);
}
