using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.Checks;

/// <summary>The calls that statements make without naming a method: using disposes, and foreach enumerates.</summary>
internal static class HiddenCalls
{
    public static IEnumerable<IMethodSymbol> Of(IUsingOperation statement) =>
        Disposals(TypesOf(statement.Resources), statement.IsAsynchronous);

    public static IEnumerable<IMethodSymbol> Of(IUsingDeclarationOperation statement) =>
        Disposals(TypesOf(statement.DeclarationGroup), statement.IsAsynchronous);

    public static IEnumerable<IMethodSymbol> Of(IForEachLoopOperation loop)
    {
        if (loop is not { SemanticModel: { } model, Syntax: CommonForEachStatementSyntax syntax })
        {
            return [];
        }

        ForEachStatementInfo info = model.GetForEachStatementInfo(syntax);
        return new[] { info.GetEnumeratorMethod, info.MoveNextMethod, info.CurrentProperty?.GetMethod, info.DisposeMethod }
            .OfType<IMethodSymbol>();
    }

    private static IEnumerable<ITypeSymbol> TypesOf(IOperation resources) => resources is IVariableDeclarationGroupOperation group
        ? group.Declarations.SelectMany(static each => each.Declarators).Select(static each => each.Symbol.Type)
        : resources.Type is { } type ? [type] : [];

    private static IEnumerable<IMethodSymbol> Disposals(IEnumerable<ITypeSymbol> types, bool isAsynchronous) => types
        .Select(type => DisposalOf(type, isAsynchronous ? "DisposeAsync" : "Dispose"))
        .OfType<IMethodSymbol>();

    private static IMethodSymbol? DisposalOf(ITypeSymbol type, string name)
    {
        for (ITypeSymbol? level = type; level is not null; level = level.BaseType)
        {
            if (level.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(static each => each.Parameters.IsEmpty) is { } method)
            {
                return method;
            }
        }

        return null;
    }
}
