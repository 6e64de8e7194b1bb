using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Code that nothing can wait for.</summary>
internal static class AsyncVoidChecks
{
    /// <summary>A lambda or local function.</summary>
    public static void Check(Body body, IMethodSymbol function, IOperation at, string name)
    {
        if (function is { IsAsync: true, ReturnsVoid: true })
        {
            Location location = at.Syntax is LocalFunctionStatementSyntax local ? local.Identifier.GetLocation() : at.Syntax.GetLocation();
            body.Report(Rules.AsyncVoid, location, Phases.All, unlessDurable: false, name, Finding.Place);
        }
    }

    /// <summary>A method that is called.</summary>
    public static void CheckCall(Body body, IMethodSymbol method)
    {
        if (method is { IsAsync: true, ReturnsVoid: true })
        {
            body.Report(Rules.AsyncVoid, method.Locations[0], Phases.All, unlessDurable: false, method.Name, Finding.Place);
        }
    }
}
