using System.Diagnostics;

namespace Raft.Testing;

/// <summary>The command that runs the test again in which something failed.</summary>
internal static class RepeatCommand
{
    private const string XunitV3 = "xunit.v3.core";
    private const string XunitConsole = "xunit.v3.runner.inproc.console";
    private const string Platform = "Microsoft.Testing.Platform";

    /// <summary>What runs the tests. Each has its own way to choose a test.</summary>
    public enum Runner
    {
        /// <summary>VSTest, by <c>dotnet test</c> without a setting. Also the filter of the platform for NUnit and MSTest.</summary>
        VSTest,

        /// <summary>Microsoft.Testing.Platform, with xunit v3.</summary>
        XunitOnPlatform,

        /// <summary>The program with the tests itself, with the runner of xunit v3 in it.</summary>
        XunitConsole,
    }

    /// <summary>Finds the test on the stack.</summary>
    /// <param name="stack">The stack of the call that fails.</param>
    /// <returns>A line for the failure message; null if no method of yours is on the stack.</returns>
    public static string? Find(StackTrace stack)
    {
        if (UserFrame.OutermostMethod(stack) is not { } method)
        {
            return null;
        }

        string[] loaded = [.. AppDomain.CurrentDomain.GetAssemblies().Select(static assembly => assembly.GetName().Name ?? "")];
        string[] arguments = Environment.GetCommandLineArgs();
        return $"Repeat: {Describe(method, FindRunner(loaded, arguments), IsDotnetTest(loaded, arguments))}";
    }

    /// <summary>Makes the command.</summary>
    /// <param name="method">The method, with its class, as reflection names them.</param>
    /// <param name="runner">What runs it now.</param>
    /// <param name="isDotnetTest">Whether <c>dotnet test</c> has started that, and not <c>dotnet run</c>.</param>
    public static string Describe(string method, Runner runner, bool isDotnetTest)
    {
        string filter = runner switch
        {
            Runner.XunitOnPlatform => $"--filter-method \"{method}\"",
            Runner.XunitConsole => $"-method \"{method}\"",
            _ => $"--filter \"FullyQualifiedName~{method}\"",
        };
        return isDotnetTest ? $"dotnet test {filter}" : $"dotnet run -- {filter}";
    }

    /// <summary>Finds out what runs the tests.</summary>
    /// <param name="loaded">The assemblies that are loaded.</param>
    /// <param name="arguments">The arguments of this process.</param>
    public static Runner FindRunner(IReadOnlyCollection<string> loaded, IReadOnlyCollection<string> arguments) =>
        !IsLoaded(XunitV3, loaded) ? Runner.VSTest
        : IsServer(arguments) ? Runner.XunitOnPlatform
        : IsVSTest(arguments) ? Runner.VSTest
        : IsLoaded(XunitConsole, loaded) ? Runner.XunitConsole
        : Runner.XunitOnPlatform;

    /// <summary>Whether <c>dotnet test</c> has started this process, directly or through VSTest.</summary>
    /// <param name="loaded">The assemblies that are loaded.</param>
    /// <param name="arguments">The arguments of this process.</param>
    public static bool IsDotnetTest(IReadOnlyCollection<string> loaded, IReadOnlyCollection<string> arguments) =>
        IsServer(arguments) || IsVSTest(arguments) || !(IsLoaded(XunitV3, loaded) || IsLoaded(Platform, loaded));

    private static bool IsServer(IReadOnlyCollection<string> arguments) => arguments.Contains("--server", StringComparer.Ordinal);

    /// <summary>The adapter of xunit v3 for VSTest starts the program with the tests, and reads what it prints.</summary>
    private static bool IsVSTest(IReadOnlyCollection<string> arguments) => arguments.Contains("-automated", StringComparer.Ordinal);

    private static bool IsLoaded(string assembly, IReadOnlyCollection<string> loaded) =>
        loaded.Contains(assembly, StringComparer.OrdinalIgnoreCase);
}
