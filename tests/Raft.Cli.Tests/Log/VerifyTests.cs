using Raft.Storage.Files;

namespace Raft.Cli.Tests.Log;

public sealed class VerifyTests
{
    [Fact]
    public async Task Verify_ClosedFolder_IsSound()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Sound, tool.Code);
        Assert.Equal(["The folder is sound. (segments: 1, valid groups: 5, last index: 3, snapshots: 0)"], tool.Lines);
    }

    [Fact]
    public async Task Verify_FolderAfterACrash_IsSound()
    {
        using NodeFolder folder = new();
        await folder.UseAsync(async store =>
        {
            await NodeFolder.AppendAsync(store, 1, "a", "b");
            using NodeFolder crashed = folder.Crash();

            Assert.Equal(ExitCode.Sound, Tool.Run("log", "verify", crashed.Path).Code);
        });
    }

    [Fact]
    public async Task Verify_LastWriteOfACrashIsIncomplete_IsTornAtItsPlace()
    {
        using NodeFolder folder = new();
        await folder.UseAsync(async store =>
        {
            await NodeFolder.AppendAsync(store, 1, "a", "b");
            using NodeFolder crashed = folder.Crash();
            long at = NodeFolder.GroupsOf(crashed.Segments[^1])[^1];
            NodeFolder.Flip(crashed.Segments[^1], at + GroupHead.Size);

            Tool tool = Tool.Run("log", "verify", crashed.Path);

            Assert.Equal(ExitCode.Torn, tool.Code);
            Assert.StartsWith($"torn: 0000000000000001.log, offset {at}, index 2: ", tool.Lines[0], StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Verify_SeveralDamagedGroups_NamesEach()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c", "d", "e");
        string segment = folder.Segments[0];
        List<long> groups = NodeFolder.GroupsOf(segment); // the first one has no entry, and the last one is that of closing
        NodeFolder.Flip(segment, groups[2] + GroupHead.Size);
        NodeFolder.Flip(segment, groups[4] + GroupHead.Size);

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.Equal(3, tool.Lines.Length);
        Assert.StartsWith($"corrupted: 0000000000000001.log, offset {groups[2]}, index 2: ", tool.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"corrupted: 0000000000000001.log, offset {groups[4]}, index 4: ", tool.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_EarlierSegmentIsMissing_NamesIt()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b");
        await folder.UseAsync(store => NodeFolder.AppendAsync(store, 3, "c"));
        File.Delete(folder.Segments[0]);

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.StartsWith("corrupted: 0000000000000001.log, index 1: it is missing", tool.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_BeginningOfAnEarlierSegmentIsDamaged_NamesIt()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b");
        await folder.UseAsync(store => NodeFolder.AppendAsync(store, 3, "c"));
        NodeFolder.Flip(folder.Segments[0], 20);

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.StartsWith("corrupted: 0000000000000001.log, offset 0: its beginning", tool.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NewerFormatOfASegment_SaysSo()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a");
        await SetVersionAsync(folder.Segments[0], 8);

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.NewerFormat, tool.Code);
        Assert.Contains("has format version 2", tool.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NewerFormatOfASnapshot_SaysSo()
    {
        using NodeFolder folder = await WithSnapshotAsync();
        await SetVersionAsync(SnapshotOf(folder), 8);

        Assert.Equal(ExitCode.NewerFormat, Tool.Run("log", "verify", folder.Path).Code);
    }

    [Fact]
    public async Task Verify_CompactedLogWithItsSnapshot_IsSound()
    {
        using NodeFolder folder = await WithSnapshotAsync();

        Assert.Equal(ExitCode.Sound, Tool.Run("log", "verify", folder.Path).Code);
    }

    [Fact]
    public async Task Verify_ContentOfTheSnapshotIsDamaged_NamesIt()
    {
        using NodeFolder folder = await WithSnapshotAsync();
        NodeFolder.Flip(SnapshotOf(folder), new FileInfo(SnapshotOf(folder)).Length - 10);

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.StartsWith($"corrupted: {Path.GetFileName(SnapshotOf(folder))}, offset ", tool.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_CompactedLogWithoutItsSnapshot_IsCorrupted()
    {
        using NodeFolder folder = await WithSnapshotAsync();
        File.Delete(SnapshotOf(folder));

        Tool tool = Tool.Run("log", "verify", folder.Path);

        Assert.Equal(ExitCode.Corrupted, tool.Code);
        Assert.Contains("index 2: the log starts after index 2, and no snapshot", tool.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_SnapshotWithoutALog_IsCorrupted()
    {
        using NodeFolder folder = await WithSnapshotAsync();
        Array.ForEach(Directory.GetFiles(folder.Path, "*.log"), File.Delete);

        Assert.Equal(ExitCode.Corrupted, Tool.Run("log", "verify", folder.Path).Code);
    }

    [Fact]
    public async Task Verify_EveryPlaceOfDamage_AgreesWithTheStore()
    {
        const int step = 11;
        using NodeFolder original = await NodeFolder.CreateAsync("a", "b");
        await original.UseAsync(store => NodeFolder.AppendAsync(store, 3, "c"));
        List<string> differences = [];
        foreach (string segment in original.Segments)
        {
            long end = Math.Min(NodeFolder.GroupsOf(segment)[^1] + (2 * 512), new FileInfo(segment).Length);
            for (long at = 0; at < end; at += step)
            {
                using NodeFolder folder = original.Crash();
                NodeFolder.Flip(Path.Combine(folder.Path, Path.GetFileName(segment)), at);
                ExitCode code = Tool.Run("log", "verify", folder.Path).Code;
                if ((code is ExitCode.Sound or ExitCode.Torn) != await CanOpenAsync(folder))
                {
                    differences.Add($"{Path.GetFileName(segment)} at {at}: {code}");
                }
            }
        }

        Assert.Empty(differences);
    }

    private static async Task<bool> CanOpenAsync(NodeFolder folder)
    {
        try
        {
            await folder.UseAsync(static _ => Task.CompletedTask);
            return true;
        }
        catch (StorageCorruptedException)
        {
            return false;
        }
    }

    private static async Task<NodeFolder> WithSnapshotAsync()
    {
        NodeFolder folder = await NodeFolder.CreateAsync("a", "b", "c");
        await folder.UseAsync(static async store =>
        {
            await NodeFolder.SnapshotAsync(store, 2, "state");
            await store.CompactAsync(2);
        });
        return folder;
    }

    private static string SnapshotOf(NodeFolder folder) => Directory.GetFiles(folder.Path, "*.snapshot").Single();

    private static async Task SetVersionAsync(string file, int offset)
    {
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[offset]++;
        await File.WriteAllBytesAsync(file, bytes);
    }
}
