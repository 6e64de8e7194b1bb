using System.Diagnostics;

namespace Raft.Testing;

/// <summary>The command that runs the test again in which something failed.</summary>
internal static class RepeatCommand
{
    private const string XunitV3 = "xunit.v3.core";

    /// <summary>Finds the test on the stack.</summary>
    /// <param name="stack">The stack of the call that fails.</param>
    /// <returns>A line for the failure message; null if no method of yours is on the stack.</returns>
    public static string? Find(StackTrace stack) => UserFrame.OutermostMethod(stack) is { } method
        ? $"Repeat: dotnet test {(UsesXunitV3() ? "--filter-method" : "--filter")} \"{method}\""
        : null;

    private static bool UsesXunitV3() => Array.Exists(
        AppDomain.CurrentDomain.GetAssemblies(),
        static assembly => string.Equals(assembly.GetName().Name, XunitV3, StringComparison.OrdinalIgnoreCase));
}
