using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers.Codecs;

/// <summary>How a type is declared: whether its codec can be generated into it, and the header of its other part.</summary>
internal static class CommandDeclaration
{
    private static readonly SymbolDisplayFormat WithoutGlobal =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    /// <summary>The names of the members that are generated.</summary>
    private static readonly string[] Generated = ["Codec", "GeneratedCodec"];

    public static void Check(CommandScope scope)
    {
        INamedTypeSymbol type = scope.Type;
        if (type.IsRefLikeType)
        {
            scope.Add(Rules.RefStructCommand, type, type.Name);
        }

        for (INamedTypeSymbol? level = type; level is not null; level = level.ContainingType)
        {
            if (level.IsGenericType)
            {
                scope.Add(Rules.GenericCommand, type, type.Name);
                return;
            }

            if (level.IsFileLocal)
            {
                scope.Add(Rules.FileLocalCommand, level, level.Name);
                return;
            }

            if (!scope.HasBase && !IsPartial(level))
            {
                scope.Add(Rules.NotPartial, level, level.Name);
            }
        }

        if (!scope.HasBase)
        {
            CheckNames(scope);
        }
        else if (!scope.HasForeignBase && !scope.CanUseType)
        {
            // The codec is within the base, which does not see what is private elsewhere.
            scope.Add(Rules.InaccessibleCommand, type, type.Name, scope.Owner.Name);
        }
    }

    public static DeclarationModel Of(INamedTypeSymbol type)
    {
        List<string> headers = [];
        for (INamedTypeSymbol? level = type; level is not null; level = level.ContainingType)
        {
            string kind = (level.IsRecord, level.IsValueType) switch
            {
                (true, true) => "record struct",
                (true, false) => "record",
                (false, true) => "struct",
                _ => level.TypeKind == TypeKind.Interface ? "interface" : "class",
            };
            headers.Insert(0, $"partial {kind} {Escape(level.Name)}");
        }

        string space = type.ContainingNamespace.IsGlobalNamespace ? string.Empty : type.ContainingNamespace.ToDisplayString(WithoutGlobal);
        return new DeclarationModel(space, new EquatableArray<string>([.. headers]), HidesCodec(type));
    }

    /// <summary>A name as it is declared, also if it is a keyword.</summary>
    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None
            ? name
            : "@" + name;

    private static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Any(static each =>
        each.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static void CheckNames(CommandScope scope)
    {
        foreach (string name in Generated)
        {
            ISymbol? taken = scope.Type.Name == name ? scope.Type : scope.Type.GetMembers(name).FirstOrDefault();
            if (taken is not null)
            {
                scope.Add(Rules.TakenName, taken, scope.Type.Name, name);
            }
        }
    }

    private static bool HidesCodec(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? level = type.BaseType; level is not null; level = level.BaseType)
        {
            if (Shapes.AttributeOf(level, "RaftCommandAttribute") is not null
                || level.GetMembers(Generated[0]).Any(static each => each.DeclaredAccessibility != Accessibility.Private))
            {
                return true;
            }
        }

        return false;
    }
}
