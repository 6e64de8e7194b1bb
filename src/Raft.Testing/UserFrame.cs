using System.Diagnostics;
using System.Globalization;

namespace Raft.Testing;

/// <summary>Finds the first stack frame that belongs to the user's code.</summary>
internal static class UserFrame
{
    private static readonly string[] Others =
        ["System", "Microsoft", "mscorlib", "netstandard", "Raft.Core", "Raft.Consensus", "Raft.Testing"];

    /// <summary>Names the user's method in a stack trace, as the end of a sentence.</summary>
    public static string Describe(StackTrace stack)
    {
        foreach (StackFrame frame in stack.GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is { } method && !IsOthers(method.DeclaringAssemblyName))
            {
                string place = frame.GetFileName() is { } file
                    ? string.Create(CultureInfo.InvariantCulture, $" ({file}:{frame.GetFileLineNumber()})")
                    : "";
                return $"through {NameOf(method)}{place}";
            }
        }

        return "with no method of yours on the stack";
    }

    /// <summary>
    /// Names a method as it is in the source: the compiler moves the bodies of async methods and lambdas to types of its own.
    /// </summary>
    public static string NameOf(string typeName, string methodName)
    {
        string[] types = typeName.Split('+');
        string owner = string.Join('.', types.TakeWhile(static type => !type.StartsWith('<')));
        string? generated = new[] { methodName }.Concat(types.Reverse()).FirstOrDefault(
            static name => name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) > 1);
        if (generated is null)
        {
            return $"{owner}.{methodName}";
        }

        string source = generated[1..generated.IndexOf('>', StringComparison.Ordinal)].TrimStart('<');
        string form = generated.Contains(">b__", StringComparison.Ordinal) ? "a lambda in "
            : methodName == "MoveNext" ? "an await in "
            : "";
        return $"{form}{owner}.{source}";
    }

    private static string NameOf(DiagnosticMethodInfo method) => NameOf(method.DeclaringTypeName, method.Name);

    private static bool IsOthers(string assembly)
    {
        string name = assembly.Split(',')[0];
        return Array.Exists(
            Others, other => name == other || (other is "System" or "Microsoft" && name.StartsWith(other + ".", StringComparison.Ordinal)));
    }
}
