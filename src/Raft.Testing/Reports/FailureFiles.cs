using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// Writes the trace of a run that failed, as text and as a page. The names follow from the rule and the seed; of several failures with the
/// same name in one process, the later ones have a number.
/// </summary>
internal static class FailureFiles
{
    /// <summary>The folder that means: write nothing.</summary>
    public const string None = "";

    private const string Folder = "raft-traces";
    private const int MostOfAName = 10; // a test that provokes failures in a loop must not fill the disk
    private const int LongestName = 60;
    private const int EventsOnPage = 20_000;

    private static readonly Lock Names = new();
    private static readonly Dictionary<string, int> Used = new(StringComparer.Ordinal);

    /// <summary>Writes both files.</summary>
    /// <param name="folder">Where to; null for one next to the tests, or among temporary files if that is not writable.</param>
    /// <param name="rule">What was broken.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="trace">What happened.</param>
    /// <returns>Lines for the failure message, that name the files or say why there are none.</returns>
    public static string Write(string? folder, string rule, ulong seed, TraceReport trace)
    {
        string name = NameOf(rule, seed);
        if (folder is not null)
        {
            return TryWrite(folder, name, trace, out string? problem) ?? $"Trace:  not written: {problem}";
        }

        return TryWrite(Path.Combine(AppContext.BaseDirectory, Folder), name, trace, out _)
            ?? TryWrite(Path.Combine(Path.GetTempPath(), Folder), name, trace, out string? last)
            ?? $"Trace:  not written: {last}";
    }

    private static string? TryWrite(string folder, string name, TraceReport trace, out string? problem)
    {
        try
        {
            string path = NextPath(Path.GetFullPath(Path.Combine(folder, name)));
            Directory.CreateDirectory(folder);
            WriteFile($"{path}.txt", trace.WriteText);
            WriteFile($"{path}.html", writer => trace.WriteHtml(writer, EventsOnPage));
            problem = null;
            return $"Trace:  {path}.txt{Environment.NewLine}Page:   {path}.html";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = exception.Message;
            return null;
        }
    }

    /// <summary>Another process may write the same file, so it appears as a whole.</summary>
    private static void WriteFile(string path, Action<TextWriter> write)
    {
        string unfinished = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        using (StreamWriter writer = new(unfinished))
        {
            write(writer);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static string NameOf(string rule, ulong seed)
    {
        StringBuilder name = new();
        foreach (char character in rule)
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                name.Append(char.ToLowerInvariant(character));
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        name.Length = Math.Min(name.Length, LongestName);
        name.Append(CultureInfo.InvariantCulture, $"-seed-{seed}");
        return name.ToString();
    }

    private static string NextPath(string path)
    {
        lock (Names)
        {
            int count = Used[path] = Math.Min(MostOfAName, Used.GetValueOrDefault(path) + 1);
            return count == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}-{count}");
        }
    }
}
