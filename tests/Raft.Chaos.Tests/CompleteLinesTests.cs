namespace Raft.Chaos.Tests;

/// <summary>What is read of a connection that may end in the middle of a line.</summary>
public sealed class CompleteLinesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("1 applied done 1 45\n", "1 applied done 1 45")]
    [InlineData("1 here\n\n2 here\n", "1 here||2 here")]
    [InlineData("1 here\n2 applied done 1 4", "1 here")]
    [InlineData("2 applied done 1 4", "")]
    public async Task Read_StreamEnds_LeavesOutWhatHasNoEnd(string text, string lines)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));

        List<string> read = [];
        await foreach (string line in CompleteLines.ReadAsync(stream, TestContext.Current.CancellationToken))
        {
            read.Add(line);
        }

        Assert.Equal(lines, string.Join('|', read));
    }
}
