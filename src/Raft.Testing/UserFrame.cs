using System.Diagnostics;
using System.Globalization;

namespace Raft.Testing;

/// <summary>Finds the first stack frame that belongs to the user's code.</summary>
internal static class UserFrame
{
    private static readonly string[] Others =
    [
        "System", "Microsoft", "mscorlib", "netstandard",
        "Raft.Core", "Raft.Consensus", "Raft.Storage.Files", "Raft.Transport.Tcp", "Raft.Testing",
    ];

    private static readonly string[] TestFrameworks = ["xunit", "nunit", "nunit3", "mstest", "testhost"];

    /// <summary>Names the user's method in a stack trace, as the end of a sentence.</summary>
    public static string Describe(StackTrace stack)
    {
        return FramesOf(stack).Select(static user => $"through {DescribeMethod(user.Method)}{PlaceOf(user.Frame)}").FirstOrDefault()
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
                    .Select(static user => $"   at {DescribeMethod(user.Method)}{PlaceOf(user.Frame)}"),
            ];
            if (lines.Length > 0)
            {
                return [$"{each.GetType().Name}: {each.Message}", .. lines];
            }
        }

        return [];
    }

    /// <summary>
    /// Names the user's method that called all others of theirs, such as a test, as reflection does; null if there is none. What a test
    /// framework called before is below it: it may run a test in the continuation of the one before.
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

            if (outermost is not null && IsTestFramework(ShortNameOf(method.DeclaringAssemblyName)))
            {
                break;
            }

            outermost = IsOthers(method.DeclaringAssemblyName) ? outermost : method;
        }

        if (outermost is null)
        {
            return null;
        }

        (_, string owner, string name) = FindSource(outermost.DeclaringTypeName, outermost.Name);
        return $"{owner}.{name}";
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
    public static string DescribeMethod(string typeName, string methodName)
    {
        (string form, string owner, string name) = FindSource(typeName, methodName);
        return $"{form}{owner.Replace('+', '.')}.{name}";
    }

    private static string DescribeMethod(DiagnosticMethodInfo method) => DescribeMethod(method.DeclaringTypeName, method.Name);

    /// <summary>Finds the method of the source. Its class is named as reflection does: nested ones have a plus.</summary>
    private static (string Form, string Owner, string Name) FindSource(string typeName, string methodName)
    {
        string[] types = typeName.Split('+');
        string owner = string.Join('+', types.TakeWhile(static type => !type.StartsWith('<')));
        string? generated = new[] { methodName }.Concat(types.Reverse()).FirstOrDefault(
            static name => name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) > 1);
        if (generated is null)
        {
            return ("", owner, methodName);
        }

        string source = generated[1..generated.IndexOf('>', StringComparison.Ordinal)].TrimStart('<');
        string form = generated.Contains(">b__", StringComparison.Ordinal) ? "a lambda in "
            : methodName == "MoveNext" ? "an await in "
            : "";
        return (form, owner, source);
    }

    /// <summary>Whether an assembly is not the user's.</summary>
    /// <param name="assembly">Its full name.</param>
    public static bool IsOthers(string assembly)
    {
        string name = ShortNameOf(assembly);
        return IsTestFramework(name) || Array.Exists(
            Others, other => name == other || (other is "System" or "Microsoft" && name.StartsWith(other + ".", StringComparison.Ordinal)));
    }

    private static bool IsTestFramework(string name) => Array.Exists(
        TestFrameworks,
        other => name.Equals(other, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(other + ".", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Microsoft.VisualStudio.TestPlatform", StringComparison.Ordinal));

    private static string ShortNameOf(string assembly) => assembly.Split(',')[0];
}
