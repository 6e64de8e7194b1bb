namespace Raft.Docs.Tests;

/// <summary>The table of exceptions is complete, and has the base classes of the code.</summary>
public class ExceptionTableTests
{
    [Fact]
    public void Table_Exceptions_AreThoseOfTheCode()
    {
        IEnumerable<string> expected = new[] { typeof(RaftException).Assembly, typeof(TcpTransport).Assembly }
            .SelectMany(static assembly => assembly.GetExportedTypes())
            .Where(static type => type.IsSubclassOf(typeof(RaftException)))
            .Select(static type => $"`{type.Name}`: `{type.BaseType!.Name}`");

        IReadOnlyList<string[]> rows = MarkdownTable.Read("docs/errors.md", "Exception", "Base class");

        IEnumerable<string> actual = rows.Select(static row => $"{row[0]}: {row[1]}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }
}
