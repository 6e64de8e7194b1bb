using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>The README repeats figures of the performance page, and no others.</summary>
public partial class FigureTests
{
    [Fact]
    public void Readme_Figures_AreInThePerformancePage()
    {
        string performance = RepositoryFiles.ReadText("docs/performance.md");
        IEnumerable<string> missing = MarkdownTable.Read("README.md", "Figure", "Measured")
            .SelectMany(static row => Number().Matches($"{row[1]} {row[2]}"))
            .Select(static number => number.Value)
            .Where(number => !performance.Contains(number, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [GeneratedRegex("[0-9][0-9.,]*[0-9]")]
    private static partial Regex Number();
}
