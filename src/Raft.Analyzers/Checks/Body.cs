using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>A body of code that is being read, with what the checks need to know about it.</summary>
internal sealed class Body(IOperation root, ISymbol owner, KnownTypes known, MethodFacts facts, bool isInvariant)
{
    private Dictionary<ILocalSymbol, IOperation>? _initializers;

    public IOperation Root { get; } = root;

    public KnownTypes Known { get; } = known;

    public MethodFacts Facts { get; } = facts;

    /// <summary>The name of the method or field.</summary>
    public string Name { get; } = owner.Name;

    /// <summary>Whether the program always runs with the invariant culture.</summary>
    public bool IsInvariant { get; } = isInvariant;

    /// <summary>Whether what it returns is the result of a command.</summary>
    public bool ReturnsResults { get; } = OverridesApply(owner, known);

    /// <summary>How many exceptions are being created around the current place. Their texts do not reach the state.</summary>
    public int Exceptions { get; set; }

    public void Report(DiagnosticDescriptor rule, IOperation at, Phases phases, params string[] arguments) =>
        Facts.Findings.Add(new Finding(rule, at.Syntax.GetLocation(), phases, unlessDurable: false, [.. arguments]));

    public void Report(DiagnosticDescriptor rule, Location at, Phases phases, bool unlessDurable, params string[] arguments) =>
        Facts.Findings.Add(new Finding(rule, at, phases, unlessDurable, [.. arguments]));

    /// <summary>The value with which a local variable is declared; null if there is none.</summary>
    public IOperation? InitializerOf(ILocalSymbol local)
    {
        if (_initializers is null)
        {
            _initializers = new Dictionary<ILocalSymbol, IOperation>(SymbolEqualityComparer.Default);
            foreach (IVariableDeclaratorOperation declarator in Root.DescendantsAndSelf().OfType<IVariableDeclaratorOperation>())
            {
                if ((declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer) is { } initializer)
                {
                    _initializers[declarator.Symbol] = initializer.Value;
                }
            }
        }

        return _initializers.TryGetValue(local, out IOperation value) ? value : null;
    }

    public IEnumerable<ILocalReferenceOperation> ReferencesOf(ILocalSymbol local) =>
        Root.Descendants().OfType<ILocalReferenceOperation>()
            .Where(reference => !reference.IsDeclaration && SymbolEqualityComparer.Default.Equals(reference.Local, local));

    private static bool OverridesApply(ISymbol owner, KnownTypes known)
    {
        for (IMethodSymbol? method = (owner as IMethodSymbol)?.OverriddenMethod; method is not null; method = method.OverriddenMethod)
        {
            if (method.Name == "Apply"
                && SymbolEqualityComparer.Default.Equals(method.ContainingType.OriginalDefinition, known.TypedStateMachine))
            {
                return true;
            }
        }

        return false;
    }
}
