using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>
/// Each row of the paper map links to the code and to the tests that it names: every name in code font is declared in a file that the
/// same cell links to.
/// </summary>
public partial class PaperMapTests
{
    private const string Map = "docs/paper-map.md";

    private sealed record Cell(int Line, string Column, string Text);

    [Fact]
    public void Tables_AllButThatOfWhatIsMissing_HaveColumnsForCodeAndTests()
    {
        IEnumerable<string> others = Headers().Where(static header => !IsChecked(header));

        Assert.Equal(["| Section | What is missing |"], others);
    }

    [Fact]
    public void Rows_LinkToCodeAndTests()
    {
        IEnumerable<string> missing = Cells()
            .Where(static cell => !FilesOf(cell).Any(file => IsIn(cell.Column, file)))
            .Select(static cell => $"{Map}({cell.Line}): the column {cell.Column} has no link to a file.");

        Assert.True(!missing.Any(), string.Join('\n', missing));
    }

    [Fact]
    public void Names_AreDeclaredInAFileThatTheirCellLinksTo()
    {
        IEnumerable<string> missing =
            from cell in Cells()
            from Match name in CodeSpan().Matches(cell.Text)
            where !FilesOf(cell).Any(file => DeclaredNames.Of(file).Contains(name.Groups["name"].Value))
            select $"{Map}({cell.Line}): no file in the column {cell.Column} declares {name.Groups["name"].Value}.";

        Assert.True(!missing.Any(), string.Join('\n', missing));
    }

    private static IEnumerable<Cell> Cells()
    {
        string[] lines = Lines();
        bool isChecked = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('|'))
            {
                isChecked = false;
            }
            else if (IsHeader(lines, i))
            {
                isChecked = IsChecked(lines[i]);
            }
            else if (isChecked && !lines[i].StartsWith("|---", StringComparison.Ordinal))
            {
                string[] cells = lines[i].Trim('|').Split('|');
                yield return new Cell(i + 1, "Code", cells[^2]);
                yield return new Cell(i + 1, "Test", cells[^1]);
            }
        }
    }

    private static IEnumerable<string> Headers()
    {
        string[] lines = Lines();
        return lines.Where((_, i) => IsHeader(lines, i));
    }

    private static string[] Lines() => RepositoryFiles.ReadText(Map).ReplaceLineEndings("\n").Split('\n');

    private static bool IsHeader(string[] lines, int i) =>
        lines[i].StartsWith('|') && i + 1 < lines.Length && lines[i + 1].StartsWith("|---", StringComparison.Ordinal);

    private static bool IsChecked(string header) => header.EndsWith("| Code | Test |", StringComparison.Ordinal);

    // The suites of Raft.Testing are tests too.
    private static bool IsIn(string column, string file) => column == "Code"
        ? file.StartsWith("src/", StringComparison.Ordinal)
        : file.StartsWith("tests/", StringComparison.Ordinal) || file.StartsWith("src/Raft.Testing/", StringComparison.Ordinal);

    private static IEnumerable<string> FilesOf(Cell cell) => LinkTarget().Matches(cell.Text)
        .Select(static link => RepositoryFiles.Resolve(Map, link.Groups["target"].Value))
        .OfType<string>()
        .Where(static file => file.EndsWith(".cs", StringComparison.Ordinal));

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)")]
    private static partial Regex LinkTarget();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex CodeSpan();
}
