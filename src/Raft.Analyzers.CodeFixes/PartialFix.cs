using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers;

/// <summary>Makes a type partial, so that its codec can be generated into it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class PartialFix() : RaftCodeFix(Rules.NotPartial, "Make it partial")
{
    private protected override (SyntaxNode Old, SyntaxNode Replacement)? Replace(SyntaxNode reported, SemanticModel model)
    {
        if (reported.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type)
        {
            return null;
        }

        SyntaxToken modifier = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        TypeDeclarationSyntax without = type;
        if (type.Modifiers.Count == 0)
        {
            SyntaxToken keyword = type.Keyword;
            modifier = modifier.WithLeadingTrivia(keyword.LeadingTrivia);
            without = type.WithKeyword(keyword.WithLeadingTrivia());
        }

        return (type, without.AddModifiers(modifier));
    }
}
