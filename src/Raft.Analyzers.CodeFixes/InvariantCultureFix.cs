using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>Passes the invariant culture to ToString, Parse and interpolation, or an ordinal comparison to methods of strings.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class InvariantCultureFix()
    : RaftCodeFix(Rules.Culture, "Do not depend on the culture", "System.Globalization", "CultureInfo")
{
    private const string Invariant = "CultureInfo.InvariantCulture";

    private protected override (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model) =>
        reported switch
        {
            InvocationExpressionSyntax call => ReplaceCall(call, model),
            InterpolationSyntax { Parent: InterpolatedStringExpressionSyntax text } =>
                (text, SyntaxFactory.ParseExpression($"string.Create({Invariant}, {text})")),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" or "CurrentUICulture" } access
                when model.GetSymbolInfo(access).Symbol is IPropertySymbol => (access, SyntaxFactory.ParseExpression(Invariant)),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCulture" } comparison =>
                (comparison, comparison.WithName(SyntaxFactory.IdentifierName("Ordinal"))),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CurrentCultureIgnoreCase" } comparison =>
                (comparison, comparison.WithName(SyntaxFactory.IdentifierName("OrdinalIgnoreCase"))),
            _ => null,
        };

    private static (SyntaxNode Old, SyntaxNode Replacement)? ReplaceCall(InvocationExpressionSyntax call, SemanticModel model)
    {
        if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method || call.Expression is not MemberAccessExpressionSyntax access)
        {
            return null;
        }

        return method.Name switch
        {
            "ToString" => (call, WithArgument(call, Invariant)),
            "Parse" when call.ArgumentList.Arguments.Count == 1 => (call, WithArgument(call, Invariant)),
            "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" when call.ArgumentList.Arguments.Count == 1 =>
                (call, WithArgument(call, "StringComparison.Ordinal")),
            "ToUpper" or "ToLower" when call.ArgumentList.Arguments.Count == 0 => (call, call.WithExpression(
                access.WithName(SyntaxFactory.IdentifierName(method.Name + "Invariant")))),
            _ => null,
        };
    }

    private static InvocationExpressionSyntax WithArgument(InvocationExpressionSyntax call, string argument)
    {
        ArgumentSyntax added = SyntaxFactory.Argument(SyntaxFactory.ParseExpression(argument));
        if (call.ArgumentList.Arguments.Count > 0)
        {
            added = added.WithLeadingTrivia(SyntaxFactory.Space);
        }

        return call.WithArgumentList(call.ArgumentList.AddArguments(added));
    }
}
