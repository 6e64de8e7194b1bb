using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>DateTime.UtcNow becomes context.Time.UtcDateTime, and DateTimeOffset.UtcNow context.Time.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class ContextTimeFix() : RaftCodeFix(Rules.WallClock, "Use the time of the command")
{
    private protected override (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model)
    {
        string? member = model.GetTypeInfo(reported).Type switch
        {
            { SpecialType: SpecialType.System_DateTime } =>
                model.GetSymbolInfo(reported).Symbol?.Name == "Today" ? ".Time.UtcDateTime.Date" : ".Time.UtcDateTime",
            { Name: "DateTimeOffset" } => ".Time",
            _ => null,
        };
        return member is not null && reported is ExpressionSyntax && ContextAt(model, reported) is { } context
            ? (reported, SyntaxFactory.ParseExpression(context.Name + member))
            : null;
    }

    /// <summary>
    /// A parameter that is the context of a command. Lambdas and queries within the method cannot use it if it is an in parameter.
    /// </summary>
    private static IParameterSymbol? ContextAt(SemanticModel model, SyntaxNode place)
    {
        IParameterSymbol? context = model.LookupSymbols(place.SpanStart).OfType<IParameterSymbol>()
            .FirstOrDefault(static each => each.Type is { Name: "CommandContext", ContainingNamespace.Name: "Raft" });
        SyntaxNode? declaration = context?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
        return context?.RefKind == RefKind.None || (declaration is not null && FunctionAround(declaration) == FunctionAround(place))
            ? context
            : null;
    }

    private static SyntaxNode? FunctionAround(SyntaxNode place) => place.Ancestors().FirstOrDefault(static each =>
        each is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or QueryExpressionSyntax or MemberDeclarationSyntax);
}
