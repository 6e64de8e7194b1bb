using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.ValueTasks;

/// <summary>Calls of the library that return a ValueTask.</summary>
internal static class LibraryTask
{
    public static bool IsValueTask(ITypeSymbol? type) =>
        type is { Name: "ValueTask" } && type.OriginalDefinition.FullName() == "System.Threading.Tasks.ValueTask";

    /// <summary>The call that an expression is; null if it is another expression.</summary>
    public static IInvocationOperation? CallOf(IOperation? expression) =>
        OwnField.Unwrap(expression) is IInvocationOperation call && IsValueTask(call.Type) && IsOfLibrary(call.TargetMethod)
            ? call
            : null;

    private static bool IsOfLibrary(IMethodSymbol method) =>
        method.ContainingType is { } type
        && type.DeclaringSyntaxReferences.IsEmpty
        && type.ContainingAssembly?.Name is "Raft.Core" or "Raft.Testing" or "Raft.Storage.Files" or "Raft.Transport.Tcp";
}
