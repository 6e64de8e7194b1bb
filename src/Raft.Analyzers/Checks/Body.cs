using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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

    /// <summary>
    /// The value with which the variable of a reference is declared; null if there is none. In code that does not compile yet, variables
    /// may be declared by each other: only a declaration before the reference counts, so that following them ends.
    /// </summary>
    public IOperation? InitializerOf(ILocalReferenceOperation reference)
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

        return _initializers.TryGetValue(reference.Local, out IOperation value) && value.Syntax.Span.End <= reference.Syntax.SpanStart
            ? value
            : null;
    }

    /// <summary>The uses of a variable after its declaration: for the same reason, not those within.</summary>
    public IEnumerable<ILocalReferenceOperation> ReferencesOf(ILocalSymbol local)
    {
        int declared = local.DeclaringSyntaxReferences
            .Select(static each => each.GetSyntax() is VariableDeclaratorSyntax ? each.Span.End : each.Span.Start)
            .FirstOrDefault();
        return Root.Descendants().OfType<ILocalReferenceOperation>().Where(reference => !reference.IsDeclaration
            && reference.Syntax.SpanStart >= declared && SymbolEqualityComparer.Default.Equals(reference.Local, local));
    }

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
