namespace Raft.Cli.Tests.Log;

public sealed class InspectTests
{
    [Fact]
    public async Task Inspect_SoundFolder_PrintsTheStateOfTheNode()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        await folder.UseAsync(async static store =>
        {
            await NodeFolder.SnapshotAsync(store, 2, "state");
            await store.CompactAsync(2);
        });

        Tool tool = Tool.Run("log", "inspect", folder.Path);

        Assert.Equal(ExitCode.Sound, tool.Code);
        Assert.Contains("In use    no", tool.Lines);
        Assert.Contains("Node      n1", tool.Lines);
        Assert.Contains("Cluster   orders", tool.Lines);
        Assert.Contains("Format    version 1", tool.Lines);
        Assert.Contains("Term      1", tool.Lines);
        Assert.Contains("Vote      n2", tool.Lines);
        Assert.Contains("Start     after index 2 of term 1", tool.Lines);
        Assert.Contains("Last      index 3 of term 1", tool.Lines);
        Assert.Contains(tool.Lines, static line => line.StartsWith("Store     ", StringComparison.Ordinal) && line.EndsWith(", opening 2", StringComparison.Ordinal));
        Assert.Contains(tool.Lines, static line => line.EndsWith("up to index 2 of term 1", StringComparison.Ordinal));
        Assert.Contains(tool.Lines, static line => line.StartsWith("  lock  ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspect_Segments_PrintsTheirEntriesAndWhatTheyAreFor()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        string prepared = Path.Combine(folder.Path, "0000000000000009.log");
        await File.WriteAllBytesAsync(prepared, new byte[1024], TestContext.Current.CancellationToken);

        Tool tool = Tool.Run("log", "inspect", folder.Path);

        Assert.Equal(ExitCode.Sound, tool.Code);
        Assert.Contains(tool.Lines, static line => line.StartsWith("  0000000000000001.log", StringComparison.Ordinal)
            && line.EndsWith("opening 1, 5 groups, entries 1 to 3", StringComparison.Ordinal));
        Assert.Contains("  0000000000000009.log          1024 bytes  prepared, not a segment yet", tool.Lines);
    }

    [Fact]
    public async Task Inspect_DamagedFolder_PrintsTheProblems()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        NodeFolder.Flip(folder.Segments[0], NodeFolder.GroupsOf(folder.Segments[0])[1]);

        Tool tool = Tool.Run("log", "inspect", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.StartsWith("  corrupted: 0000000000000001.log, offset 1024, index 1: ", tool.Lines[^1], StringComparison.Ordinal);
    }
}
