using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>Names of symbols, for tables and messages.</summary>
internal static class SymbolNames
{
    /// <summary>Such as "System.Collections.Generic.Dictionary.KeyCollection": without type arguments.</summary>
    public static string FullName(this ITypeSymbol type)
    {
        string name = type.Name;
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name = outer.Name + "." + name;
        }

        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + name : name;
    }

    /// <summary>Such as "Bank.Apply".</summary>
    public static string ShortName(this ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => "new " + constructor.ContainingType.Name,
        IMethodSymbol { AssociatedSymbol: { } property } => property.ShortName(),
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } local => local.Name,
        { ContainingType: { } type } => type.Name + "." + symbol.Name,
        _ => symbol.Name,
    };

    /// <summary>The name of a type as a user writes it, such as "Dictionary&lt;string, int&gt;".</summary>
    public static string Display(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    public static bool IsInNamespace(this ISymbol symbol, string name)
    {
        string? space = symbol.ContainingNamespace?.ToDisplayString();
        return space is not null && (space == name || space.StartsWith(name + ".", StringComparison.Ordinal));
    }
}
