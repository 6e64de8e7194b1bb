using System.Text.RegularExpressions;

namespace Raft.Docs.Tests;

/// <summary>The table that follows a proposal through the source: each file declares the method of its step.</summary>
public partial class ProposalTableTests
{
    [Fact]
    public void Steps_NameAMethodOfTheFileThatTheyLinkTo()
    {
        const string page = "docs/architecture.md";
        IEnumerable<string> missing =
            from row in MarkdownTable.Read(page, "Step", "File", "Method")
            let file = RepositoryFiles.Resolve(page, LinkTarget().Match(row[1]).Groups["target"].Value)
            let method = row[2].Trim('`')
            where !DeclaredNames.Of(file).Contains(method)
            select $"{page}: {file} does not declare {method}.";

        Assert.True(!missing.Any(), string.Join('\n', missing));
    }

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)")]
    private static partial Regex LinkTarget();
}
