using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Logs, metrics and traces: what only they receive reaches neither the state nor a result.</summary>
internal static class Observation
{
    public static bool IsObserver(IMethodSymbol method) =>
        method.IsInNamespace("Microsoft.Extensions.Logging")
        || method.IsInNamespace("System.Diagnostics.Metrics")
        || method.IsInNamespace("System.Diagnostics.Tracing")
        || IsObservingType(method.ContainingType)
        || method.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "LoggerMessageAttribute");

    private static bool IsObservingType(INamedTypeSymbol? type) =>
        type is { ContainingNamespace: { Name: "Diagnostics", ContainingNamespace.Name: "System" } }
        && type.Name is "Activity" or "ActivitySource" or "Debug" or "Trace" or "ActivityEvent";

    /// <summary>Whether a value is a part of what an observer is given.</summary>
    public static bool IsWithinObserver(IOperation operation)
    {
        for (IOperation? outer = operation.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IInvocationOperation invocation && IsObserver(invocation.TargetMethod))
            {
                return true;
            }
        }

        return false;
    }
}
