namespace Raft.Docs.Tests;

/// <summary>What the docs show as C# is C#, against the library as it is.</summary>
public class SnippetTests
{
    public static TheoryData<string, int> Snippets()
    {
        TheoryData<string, int> snippets = [];
        foreach (CodeBlock block in RepositoryFiles.MarkdownFiles.SelectMany(file => MarkdownDocument.Read(file).Blocks).Where(Snippet.IsCSharp))
        {
            snippets.Add(block.File, block.Line);
        }

        return snippets;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Snippet_AsItStandsInTheFile_Compiles(string file, int line)
    {
        CodeBlock block = MarkdownDocument.Read(file).Blocks.Single(block => block.Line == line);

        IReadOnlyList<string> complaints = new Snippet(block).Compile();

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }
}
