using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>A code fix that replaces the reported code by other code, at one place or at all places.</summary>
public abstract class RaftCodeFix : CodeFixProvider
{
    private readonly string _title;
    private readonly string? _namespace;
    private readonly string? _type;

    private protected RaftCodeFix(DiagnosticDescriptor rule, string title, string? usedNamespace = null, string? usedType = null)
    {
        FixableDiagnosticIds = [rule.Id];
        _title = title;
        _namespace = usedNamespace;
        _type = usedType;
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
        {
            return;
        }

        SyntaxNode reported = root.FindNode(context.Span, getInnermostNodeForTie: true);
        if (Replace(reported, model) is not var (old, replacement) || old is null)
        {
            return;
        }

        bool isKnown = _type is null
            || replacement!.ToString().IndexOf(_type, StringComparison.Ordinal) < 0
            || !model.LookupNamespacesAndTypes(reported.SpanStart, name: _type).IsEmpty;
        SyntaxNode replaced = root.ReplaceNode(old, replacement!.WithTriviaFrom(old));
        CodeAction action = CodeAction.Create(
            _title,
            _ => Task.FromResult(context.Document.WithSyntaxRoot(isKnown ? replaced : WithUsing(replaced))),
            equivalenceKey: _title);
        context.RegisterCodeFix(action, context.Diagnostics);
    }

    /// <summary>What to replace, and by what; null if the fix does not know.</summary>
    private protected abstract (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model);

    /// <summary>Adds the using directive that the new code needs, in its place among the others.</summary>
    private SyntaxNode WithUsing(SyntaxNode root)
    {
        if (_namespace is null || root is not CompilationUnitSyntax unit)
        {
            return root;
        }

        SyntaxTrivia end = unit.DescendantTrivia().FirstOrDefault(static each => each.IsKind(SyntaxKind.EndOfLineTrivia))
            is { RawKind: not 0 } known ? known : SyntaxFactory.LineFeed;
        UsingDirectiveSyntax added = SyntaxFactory
            .UsingDirective(SyntaxFactory.ParseName(_namespace).WithLeadingTrivia(SyntaxFactory.Space))
            .WithTrailingTrivia(end);
        int index = 0;
        while (index < unit.Usings.Count && IsBefore(unit.Usings[index].Name?.ToString() ?? string.Empty))
        {
            index++;
        }

        if (index == 0 && unit.Usings.Count > 0)
        {
            // The header of the file stays above the first directive.
            UsingDirectiveSyntax first = unit.Usings[0];
            added = added.WithLeadingTrivia(first.GetLeadingTrivia());
            unit = unit.WithUsings(unit.Usings.Replace(first, first.WithLeadingTrivia()));
        }

        return unit.WithUsings(unit.Usings.Insert(index, added));
    }

    private bool IsBefore(string other) =>
        (other == "System" || other.StartsWith("System.", StringComparison.Ordinal)) && string.CompareOrdinal(other, _namespace) < 0;
}
