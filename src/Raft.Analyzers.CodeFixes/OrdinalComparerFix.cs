using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>Passes StringComparer.Ordinal to sorted collections and to sorting.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class OrdinalComparerFix()
    : RaftCodeFix(Rules.CultureOrder, "Compare strings by their characters", "System", "StringComparer")
{
    private const string Ordinal = "StringComparer.Ordinal";

    private protected override (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model) =>
        reported switch
        {
            BaseObjectCreationExpressionSyntax creation when ComparesStrings(model.GetTypeInfo(creation).Type) =>
                (creation, WithComparer(creation)),
            InvocationExpressionSyntax call => ReplaceCall(call, model),
            CollectionExpressionSyntax { Elements.Count: 0 } empty when model.GetTypeInfo(empty).ConvertedType is { } type
                && ComparesStrings(type) => (empty, SyntaxFactory.ParseExpression(type.Name == "ImmutableSortedSet"
                    ? $"{type.ToMinimalDisplayString(model, empty.SpanStart)}.Empty.WithComparer({Ordinal})"
                    : $"new({Ordinal})")),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" } access =>
                (access, SyntaxFactory.ParseExpression(Ordinal)),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCultureIgnoreCase" } access =>
                (access, SyntaxFactory.ParseExpression(Ordinal + "IgnoreCase")),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Default" } access
                when ComparesStrings(model.GetTypeInfo(access).Type) => (access, SyntaxFactory.ParseExpression(Ordinal)),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Empty" } empty when model.GetTypeInfo(empty).Type is { } type
                && ComparesStrings(type) => (empty, SyntaxFactory.ParseExpression(
                    $"{empty}.{(type.Name == "ImmutableSortedSet" ? "WithComparer" : "WithComparers")}({Ordinal})")),
            _ => null,
        };

    /// <summary>Null if no overload takes a comparer of strings, as with the smallest selected value, or if tuples are compared.</summary>
    private static (SyntaxNode Old, SyntaxNode Replacement)? ReplaceCall(InvocationExpressionSyntax call, SemanticModel model)
    {
        bool isFirst = model.GetSymbolInfo(call).Symbol is IMethodSymbol
        {
            ContainingType.Name: "ImmutableSortedSet" or "ImmutableSortedDictionary",
            Name: "Create" or "CreateRange" or "CreateBuilder",
        };
        InvocationExpressionSyntax probe = call.WithArgumentList(With(call.ArgumentList, "System." + Ordinal, isFirst));
        SymbolInfo found = model.GetSpeculativeSymbolInfo(call.SpanStart, probe, SpeculativeBindingOption.BindAsExpression);
        return found.Symbol is IMethodSymbol method && method.Parameters.Any(static each => each.Type.Name == "IComparer")
                ? (call, call.WithArgumentList(With(call.ArgumentList, Ordinal, isFirst)))
                : null;
    }

    /// <summary>Whether a type, sorted or comparing, compares strings and not tuples that contain them.</summary>
    private static bool ComparesStrings(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type is INamedTypeSymbol { TypeArguments: { Length: > 0 } arguments })
            {
                return arguments[type.Name == "PriorityQueue" ? 1 : 0].SpecialType == SpecialType.System_String;
            }
        }

        return false;
    }

    private static BaseObjectCreationExpressionSyntax WithComparer(BaseObjectCreationExpressionSyntax creation)
    {
        ArgumentListSyntax arguments = With(creation.ArgumentList, Ordinal, isFirst: false);
        return creation is ObjectCreationExpressionSyntax { ArgumentList: null } named
            ? named.WithType(named.Type.WithoutTrailingTrivia())
                .WithArgumentList(arguments.WithTrailingTrivia(named.Type.GetTrailingTrivia()))
            : creation.WithArgumentList(arguments);
    }

    private static ArgumentListSyntax With(ArgumentListSyntax? arguments, string comparer, bool isFirst)
    {
        ArgumentSyntax added = SyntaxFactory.Argument(SyntaxFactory.ParseExpression(comparer));
        if (arguments is not { Arguments: { Count: > 0 } others })
        {
            return (arguments ?? SyntaxFactory.ArgumentList()).WithArguments(SyntaxFactory.SingletonSeparatedList(added));
        }

        return isFirst
            ? arguments.WithArguments(others
                .Replace(others[0], others[0].WithLeadingTrivia(SyntaxFactory.Space))
                .Insert(0, added.WithLeadingTrivia(others[0].GetLeadingTrivia())))
            : arguments.AddArguments(added.WithLeadingTrivia(SyntaxFactory.Space));
    }
}
