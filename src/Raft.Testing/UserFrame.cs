using System.Diagnostics;
using System.Globalization;

namespace Raft.Testing;

/// <summary>Finds the first stack frame that belongs to the user's code.</summary>
internal static class UserFrame
{
    private static readonly string[] Others =
        ["System", "Microsoft", "mscorlib", "netstandard", "Raft.Core", "Raft.Consensus", "Raft.Testing"];

    private static readonly string[] TestFrameworks = ["xunit", "nunit", "nunit3", "mstest", "testhost"];

    /// <summary>Names the user's method in a stack trace, as the end of a sentence.</summary>
    public static string Describe(StackTrace stack)
    {
        return FramesOf(stack).Select(static user => $"through {NameOf(user.Method)}{PlaceOf(user.Frame)}").FirstOrDefault()
            ?? "with no method of yours on the stack";
    }

    /// <summary>Names the user's methods in the stack of an exception, or of what caused it, a line each, the innermost first.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="most">How many lines at most.</param>
    /// <returns>The lines; none if no method of theirs is there.</returns>
    public static IReadOnlyList<string> Describe(Exception exception, int most)
    {
        for (Exception? each = exception; each is not null; each = each.InnerException)
        {
            string[] lines =
            [
                .. FramesOf(new StackTrace(each, fNeedFileInfo: true)).Take(most)
                    .Select(static user => $"   at {NameOf(user.Method)}{PlaceOf(user.Frame)}"),
            ];
            if (lines.Length > 0)
            {
                return [$"{each.GetType().Name}: {each.Message}", .. lines];
            }
        }

        return [];
    }

    /// <summary>
    /// Names the user's method that called all others of theirs, such as a test; null if there is none. What a test framework called before
    /// is below it: it may run a test in the continuation of the one before.
    /// </summary>
    public static string? OutermostMethod(StackTrace stack)
    {
        DiagnosticMethodInfo? outermost = null;
        foreach (StackFrame frame in stack.GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method)
            {
                continue;
            }

            if (outermost is not null && IsTestFramework(NameOf(method.DeclaringAssemblyName)))
            {
                break;
            }

            outermost = IsOthers(method.DeclaringAssemblyName) ? outermost : method;
        }

        return outermost is null ? null : SourceName(outermost.DeclaringTypeName, outermost.Name).Name;
    }

    private static IEnumerable<(DiagnosticMethodInfo Method, StackFrame Frame)> FramesOf(StackTrace stack)
    {
        foreach (StackFrame frame in stack.GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is { } method && !IsOthers(method.DeclaringAssemblyName))
            {
                yield return (method, frame);
            }
        }
    }

    private static string PlaceOf(StackFrame frame) => frame.GetFileName() is { } file
        ? string.Create(CultureInfo.InvariantCulture, $" ({file}:{frame.GetFileLineNumber()})")
        : "";

    /// <summary>
    /// Names a method as it is in the source: the compiler moves the bodies of async methods and lambdas to types of its own.
    /// </summary>
    public static string NameOf(string typeName, string methodName)
    {
        (string form, string name) = SourceName(typeName, methodName);
        return form + name;
    }

    private static (string Form, string Name) SourceName(string typeName, string methodName)
    {
        string[] types = typeName.Split('+');
        string owner = string.Join('.', types.TakeWhile(static type => !type.StartsWith('<')));
        string? generated = new[] { methodName }.Concat(types.Reverse()).FirstOrDefault(
            static name => name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) > 1);
        if (generated is null)
        {
            return ("", $"{owner}.{methodName}");
        }

        string source = generated[1..generated.IndexOf('>', StringComparison.Ordinal)].TrimStart('<');
        string form = generated.Contains(">b__", StringComparison.Ordinal) ? "a lambda in "
            : methodName == "MoveNext" ? "an await in "
            : "";
        return (form, $"{owner}.{source}");
    }

    private static string NameOf(DiagnosticMethodInfo method) => NameOf(method.DeclaringTypeName, method.Name);

    private static bool IsOthers(string assembly)
    {
        string name = NameOf(assembly);
        return IsTestFramework(name) || Array.Exists(
            Others, other => name == other || (other is "System" or "Microsoft" && name.StartsWith(other + ".", StringComparison.Ordinal)));
    }

    private static bool IsTestFramework(string name) => Array.Exists(
        TestFrameworks,
        other => name.Equals(other, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(other + ".", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Microsoft.VisualStudio.TestPlatform", StringComparison.Ordinal));

    private static string NameOf(string assembly) => assembly.Split(',')[0];
}
