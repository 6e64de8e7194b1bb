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
            ImplicitObjectCreationExpressionSyntax creation => (creation, creation.WithArgumentList(With(creation.ArgumentList))),
            ObjectCreationExpressionSyntax creation => (creation, creation.WithArgumentList(With(creation.ArgumentList))),
            InvocationExpressionSyntax call => (call, call.WithArgumentList(With(call.ArgumentList))),
            CollectionExpressionSyntax { Elements.Count: 0 } empty => (empty, SyntaxFactory.ParseExpression($"new({Ordinal})")),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" or "Default" } access =>
                (access, SyntaxFactory.ParseExpression(Ordinal)),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Empty" } empty => (empty, SyntaxFactory.ParseExpression(
                $"{empty}.{(model.GetTypeInfo(empty).Type?.Name == "ImmutableSortedSet" ? "WithComparer" : "WithComparers")}({Ordinal})")),
            _ => null,
        };

    private static ArgumentListSyntax With(ArgumentListSyntax? arguments)
    {
        ArgumentSyntax added = SyntaxFactory.Argument(SyntaxFactory.ParseExpression(Ordinal));
        return arguments is { Arguments.Count: > 0 }
            ? arguments.AddArguments(added.WithLeadingTrivia(SyntaxFactory.Space))
            : (arguments ?? SyntaxFactory.ArgumentList()).WithArguments(SyntaxFactory.SingletonSeparatedList(added));
    }
}
