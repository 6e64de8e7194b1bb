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
    public static IInvocationOperation? CallOf(IOperation? expression, Compilation compilation) =>
        OwnField.Unwrap(expression) is IInvocationOperation call && IsValueTask(call.Type) && IsOfLibrary(call.TargetMethod, compilation)
            ? call
            : null;

    /// <summary>The library itself knows which of its tasks are pooled.</summary>
    private static bool IsOfLibrary(IMethodSymbol method, Compilation compilation) =>
        method.ContainingType?.ContainingAssembly is { } assembly
        && !SymbolEqualityComparer.Default.Equals(assembly, compilation.Assembly)
        && assembly.Name is "Raft.Core" or "Raft.Testing" or "Raft.Storage.Files" or "Raft.Transport.Tcp";
}
