namespace Raft.Docs.Tests;

/// <summary>The C# in the docs compiles with the current library.</summary>
public class SnippetTests
{
    public static TheoryData<string, int> Snippets()
    {
        TheoryData<string, int> snippets = [];
        IEnumerable<CodeBlock> blocks = RepositoryFiles.MarkdownFiles.SelectMany(file => MarkdownDocument.Read(file).Blocks);
        foreach (CodeBlock block in blocks.Where(Snippet.IsCSharp))
        {
            snippets.Add(block.File, block.Line);
        }

        return snippets;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Snippet_AsWrittenInTheFile_Compiles(string file, int line)
    {
        CodeBlock block = MarkdownDocument.Read(file).Blocks.Single(block => block.Line == line);

        IReadOnlyList<string> complaints = new Snippet(block).Compile();

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }
}
