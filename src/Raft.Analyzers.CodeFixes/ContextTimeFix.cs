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
        ITypeSymbol? type = model.GetTypeInfo(reported).Type;
        string? member = type switch
        {
            { SpecialType: SpecialType.System_DateTime } => ".Time.UtcDateTime",
            { Name: "DateTimeOffset" } => ".Time",
            _ => null,
        };
        return member is not null && reported is ExpressionSyntax && ContextIn(model, reported.SpanStart) is { } context
            ? (reported, SyntaxFactory.ParseExpression(context + member))
            : null;
    }

    /// <summary>The name of a parameter that is the context of a command.</summary>
    private static string? ContextIn(SemanticModel model, int position) => model.LookupSymbols(position).OfType<IParameterSymbol>()
        .FirstOrDefault(static each => each.Type is { Name: "CommandContext", ContainingNamespace.Name: "Raft" })?.Name;
}
