namespace Raft.Cli.Tests.Log;

public sealed class DumpTests
{
    [Fact]
    public async Task Dump_ByDefault_PrintsEachEntryAsText()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("apple", "a\tb");

        Tool tool = Tool.Run("log", "dump", folder.Path);

        Assert.Equal(ExitCode.Sound, tool.Code);
        Assert.Equal(
            ["1\t1\tCommand\t2026-01-02T03:04:05.0000000Z\t5\tapple", "2\t1\tCommand\t2026-01-02T03:04:05.0000000Z\t3\ta\\tb"], tool.Lines);
    }

    [Fact]
    public async Task Dump_Hex_PrintsTheBytes()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("ab");

        Assert.EndsWith("\t2\t6162", Tool.Run("log", "dump", folder.Path, "--hex").Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dump_Json_PrintsAnObjectPerLine()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("ab");

        Assert.Equal(
            """{"index":1,"term":1,"kind":"Command","time":"2026-01-02T03:04:05Z","data":"YWI="}""",
            Tool.Run("log", "dump", folder.Path, "--json").Lines.Single());
    }

    [Fact]
    public async Task Dump_FromAndTo_PrintsOnlyTheseEntries()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c", "d");

        Assert.Equal("b c", Texts(Tool.Run("log", "dump", folder.Path, "--from", "2", "--to", "3")));
    }

    [Fact]
    public async Task Dump_ReplacedEntries_PrintsWhatReplacedThem()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        await folder.UseAsync(static store => NodeFolder.AppendAsync(store, 2, "x"));

        Assert.Equal("a x", Texts(Tool.Run("log", "dump", folder.Path)));
    }

    [Fact]
    public async Task Dump_CompactedLog_StartsAfterTheSnapshot()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        await folder.UseAsync(async static store =>
        {
            await NodeFolder.SnapshotAsync(store, 2, "state");
            await store.CompactAsync(2);
        });

        Assert.Equal("c", Texts(Tool.Run("log", "dump", folder.Path)));
    }

    [Fact]
    public async Task Dump_ManySegments_PrintsAllEntries()
    {
        string[] texts = [.. Enumerable.Range(1, 300).Select(static number => $"{number}")];
        using NodeFolder folder = await NodeFolder.CreateAsync(texts);
        Assert.True(folder.Segments.Length > 2);

        Assert.Equal(string.Join(' ', texts), Texts(Tool.Run("log", "dump", folder.Path)));
    }

    [Fact]
    public async Task Dump_DamagedFolder_PrintsTheOthersAndTheProblem()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        NodeFolder.Flip(folder.Segments[0], NodeFolder.GroupsOf(folder.Segments[0])[2]);

        Tool tool = Tool.Run("log", "dump", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.Equal("a c", Texts(tool));
        Assert.Contains("index 2", tool.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Grüße", "Grüße")]
    [InlineData("a\\b", @"a\\b")]
    [InlineData("a\nb\u001b", @"a\nb\u{1b}")]
    [InlineData("\u202e", @"\u{202e}")]
    public void Escape_Text_IsOneVisibleLine(string text, string expected) =>
        Assert.Equal(expected, Cli.Log.PayloadText.Escape(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Escape_BytesThatAreNotUtf8_AreHexadecimal() => Assert.Equal(@"a\xff\xc3b", Cli.Log.PayloadText.Escape([(byte)'a', 0xff, 0xc3, (byte)'b']));

    private static string Texts(Tool tool) => string.Join(' ', tool.Lines.Select(static line => line.Split('\t')[^1]));
}
