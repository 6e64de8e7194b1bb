namespace Raft.Docs.Tests;

/// <summary>A table of a markdown file, as rows of cells without the header.</summary>
internal static class MarkdownTable
{
    /// <summary>Reads the table whose header starts with the given cells.</summary>
    public static IReadOnlyList<string[]> Read(string file, params string[] header)
    {
        string start = $"| {string.Join(" | ", header)} |";
        string[] lines = RepositoryFiles.ReadText(file).ReplaceLineEndings("\n").Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith(start, StringComparison.Ordinal));
        Assert.True(first >= 0, $"{file} has no table that starts with \"{start}\".");
        return [.. lines.Skip(first + 2).TakeWhile(static line => line.StartsWith('|')).Select(CellsOf)];
    }

    /// <summary>The names in code within a cell: <c>`a`, `b`</c>.</summary>
    public static IEnumerable<string> NamesIn(string cell) => cell.Split(',').Select(static name => name.Trim().Trim('`'));

    private static string[] CellsOf(string line) => [.. line.Trim('|').Split('|').Select(static cell => cell.Trim())];
}
