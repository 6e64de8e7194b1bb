using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers.Codecs;

/// <summary>Finds what a type stores and its codec does not write: it would come back as nothing, on all nodes.</summary>
/// <param name="scope">The type.</param>
/// <param name="encoded">The properties that the codec writes.</param>
/// <param name="parameters">The parameters of the constructor that it calls, by the names of their properties.</param>
internal sealed class LostMembers(
    CommandScope scope, IReadOnlyCollection<IPropertySymbol> encoded, IReadOnlyDictionary<string, IParameterSymbol> parameters)
{
    private readonly HashSet<string> _mentioned =
    [
        .. encoded.SelectMany(AccessorsOf).SelectMany(static each => each.DescendantNodesAndSelf()).OfType<IdentifierNameSyntax>()
            .Select(static each => each.Identifier.ValueText),
    ];

    /// <param name="constructor">The constructor that the codec calls.</param>
    public void Report(IMethodSymbol constructor)
    {
        foreach (IFieldSymbol field in scope.Levels().SelectMany(static level => level.GetMembers().OfType<IFieldSymbol>()))
        {
            ISymbol member = field.AssociatedSymbol ?? (ISymbol?)CapturedBy(field) ?? field;
            bool isKept = field.IsStatic || field.IsConst || IsMarked(field) || IsUnknown(field) || member switch
            {
                IPropertySymbol property => IsEncoded(property),
                IParameterSymbol parameter => IsPassed(parameter, constructor),
                IFieldSymbol => _mentioned.Contains(field.Name), // a property reads and sets it
                _ => true, // an event: its handlers are no data
            };
            if (!isKept)
            {
                scope.Add(Rules.LostMember, member, member.Name);
            }
        }
    }

    /// <summary>The user says that it need not be kept.</summary>
    private static bool IsMarked(IFieldSymbol field) =>
        field.GetAttributes().Any(static each => each.AttributeClass?.ToDisplayString() == "System.NonSerializedAttribute");

    /// <summary>Also if a derived type overrides it, or passes it to the constructor of its base.</summary>
    private bool IsEncoded(IPropertySymbol property) => encoded.Any(each =>
        each.Name == property.Name
        && (SymbolEqualityComparer.Default.Equals(each.ContainingType, property.ContainingType)
            || parameters.ContainsKey(each.Name)
            || each.IsOverride));

    /// <summary>
    /// Of fields of another project, private ones are not always visible, nor is the mark of the others, so nothing is said about them.
    /// </summary>
    private bool IsUnknown(IFieldSymbol field) =>
        !SymbolEqualityComparer.Default.Equals(field.ContainingAssembly, scope.Type.ContainingAssembly);

    private static IEnumerable<SyntaxNode> AccessorsOf(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.Concat(property.PartialImplementationPart?.DeclaringSyntaxReferences ?? [])
            .Select(static each => each.GetSyntax())
            .OfType<PropertyDeclarationSyntax>()
            .SelectMany(static each => new SyntaxNode?[] { each.AccessorList, each.ExpressionBody })
            .OfType<SyntaxNode>();

    /// <summary>The parameter of a primary constructor that the compiler keeps in a field, since a method or property uses it.</summary>
    private static IParameterSymbol? CapturedBy(IFieldSymbol field) => !field.IsImplicitlyDeclared
        ? null
        : field.ContainingType.InstanceConstructors.SelectMany(static each => each.Parameters)
            .FirstOrDefault(each => field.Name == $"<{each.Name}>P");

    /// <summary>
    /// Whether a captured parameter comes back through its property, which nothing else may set. What a base class has captured follows
    /// from what it is passed.
    /// </summary>
    private bool IsPassed(IParameterSymbol parameter, IMethodSymbol constructor) =>
        !SymbolEqualityComparer.Default.Equals(parameter.ContainingType, scope.Type)
        || (SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, constructor)
            && encoded.Any(each =>
                parameters.TryGetValue(each.Name, out IParameterSymbol? passed)
                && SymbolEqualityComparer.Default.Equals(passed, parameter)
                && (each.SetMethod is null || _mentioned.Contains(parameter.Name))));
}
