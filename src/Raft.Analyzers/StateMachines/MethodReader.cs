using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.Checks;

namespace Raft.Analyzers.StateMachines;

/// <summary>Reads what methods do: each method once, however many state machines reach it.</summary>
internal sealed class MethodReader(Compilation compilation, KnownTypes known, bool isInvariant, CancellationToken cancellationToken)
{
    private readonly Dictionary<IMethodSymbol, MethodFacts> _methods = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<IFieldSymbol, MethodFacts> _fields = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<IMethodSymbol, bool> _changes = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<SyntaxTree, SemanticModel> _models = [];

    public KnownTypes Known { get; } = known;

    /// <summary>What a method does, including its lambdas and local functions.</summary>
    public MethodFacts Read(IMethodSymbol method)
    {
        method = (method.PartialImplementationPart ?? method).OriginalDefinition;
        if (!_methods.TryGetValue(method, out MethodFacts facts))
        {
            facts = new MethodFacts();
            foreach (IOperation body in BodiesOf(method))
            {
                Walk(body, method, facts);
            }

            _methods.Add(method, facts);
        }

        return facts;
    }

    /// <summary>What the initial value of a field depends on: its initializer, and what constructors assign to it.</summary>
    public MethodFacts ReadInitialValue(IFieldSymbol field)
    {
        field = field.OriginalDefinition;
        if (!_fields.TryGetValue(field, out MethodFacts facts))
        {
            facts = new MethodFacts();
            foreach (IOperation value in InitialValues.Of(field, OperationOf))
            {
                Walk(value, field, facts);
            }

            _fields.Add(field, facts);
        }

        return facts;
    }

    /// <summary>Whether a method changes the instance on which it is called.</summary>
    public bool ChangesItself(IMethodSymbol method)
    {
        if (!_changes.TryGetValue(method, out bool changes))
        {
            changes = new SelfChanges(this).Of(method);
            _changes.Add(method, changes);
        }

        return changes;
    }

    /// <summary>Whether a new instance creates the value of a field. What it is given instead belongs to others as well.</summary>
    public bool IsCreatedByItself(ISymbol field) => field is IFieldSymbol own && InitialValues.Of(own, OperationOf)
        .Select(static value => OwnField.Unwrap(value is ISymbolInitializerOperation initializer ? initializer.Value : value))
        .Any(static value => value is IObjectCreationOperation or ICollectionExpressionOperation or IArrayCreationOperation);

    /// <summary>Not a body of its own: an accessor of an auto property, a constructor without one, a method of another assembly.</summary>
    private IEnumerable<IOperation> BodiesOf(IMethodSymbol method)
    {
        foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
        {
            SyntaxNode node = reference.GetSyntax(cancellationToken);
            if (node is not TypeDeclarationSyntax && OperationOf(node) is { } body)
            {
                yield return body;
            }
        }

        if (method.MethodKind == MethodKind.Constructor)
        {
            foreach (IOperation value in InitialValues.OfNewInstance(method.ContainingType, OperationOf))
            {
                yield return value;
            }
        }
    }

    private void Walk(IOperation body, ISymbol owner, MethodFacts facts)
    {
        cancellationToken.ThrowIfCancellationRequested();
        new BodyWalker(new Body(body, owner, Known, facts, isInvariant)).Visit(body);
    }

    private IOperation? OperationOf(SyntaxNode node)
    {
        if (!compilation.ContainsSyntaxTree(node.SyntaxTree))
        {
            return null; // of a referenced project
        }

        if (!_models.TryGetValue(node.SyntaxTree, out SemanticModel model))
        {
#pragma warning disable RS1030 // the call graph leads to other files; each is bound once
            model = compilation.GetSemanticModel(node.SyntaxTree);
#pragma warning restore RS1030
            _models.Add(node.SyntaxTree, model);
        }

        return model.GetOperation(node, cancellationToken);
    }
}
