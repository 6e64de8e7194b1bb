using Raft.Cli.Log;
using Raft.Storage.Files;

namespace Raft.Cli.Tests.Log;

public sealed class FolderTests
{
    public static TheoryData<string> Commands => ["inspect", "verify", "dump"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_SoundFolder_ChangesNothing(string command)
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "1.tmp"), "unfinished", TestContext.Current.CancellationToken);
        string before = folder.Image();

        Assert.Equal(ExitCode.Sound, Tool.Run("log", command, folder.Path).Code);

        Assert.Equal(before, folder.Image());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_DamagedFolderWithoutALockFile_ChangesNothing(string command)
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a", "b");
        File.Delete(Path.Combine(folder.Path, FolderLock.FileName));
        NodeFolder.Flip(folder.Segments[0], NodeFolder.GroupsOf(folder.Segments[0])[1]);
        string before = folder.Image();

        Assert.Equal(ExitCode.Corrupted, Tool.Run("log", command, folder.Path).Code);

        Assert.Equal(before, folder.Image());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_FolderInUse_RefusesAndNamesTheProcess(string command)
    {
        using NodeFolder folder = new();
        await folder.UseAsync(store =>
        {
            Tool tool = Tool.Run("log", command, folder.Path);

            Assert.Equal(ExitCode.InUse, tool.Code);
            Assert.Empty(tool.Output);
            Assert.Contains($"process {Environment.ProcessId} on ", tool.Error, StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OtherFolder_RefusesIt(string command)
    {
        using NodeFolder folder = new();

        Assert.Equal(ExitCode.NotAStore, Tool.Run("log", command, folder.Path).Code);
        Assert.Equal(ExitCode.NotAStore, Tool.Run("log", command, Path.Combine(folder.Path, "missing")).Code);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Read_NodeStartsMeanwhile_SaysThatTheResultCountsForNothing()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a");
        FileStorage store = folder.NewStorage();
        FolderReader reader = new(new ReadOnlyFileSystem(FileSystem.Shared), folder.Path);

        ExitCode code = reader.Read(_ => NodeFolder.OpenAsync(store).AsTask().Wait(TestContext.Current.CancellationToken), TextWriter.Null);

        await store.CloseAsync();
        Assert.Equal(ExitCode.InUse, code);
    }

    [Fact]
    public async Task Read_NodeHasRunMeanwhile_SaysThatTheResultCountsForNothing()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a");
        FolderReader reader = new(new ReadOnlyFileSystem(FileSystem.Shared), folder.Path);

        ExitCode code = reader.Read(
            _ => folder.UseAsync(static _ => Task.CompletedTask).Wait(TestContext.Current.CancellationToken), TextWriter.Null);

        Assert.Equal(ExitCode.InUse, code);
    }

    [Fact]
    public async Task Node_AfterTheTool_OpensTheFolder()
    {
        using NodeFolder folder = await NodeFolder.CreateAsync("a");
        Tool.Run("log", "verify", folder.Path);

        await folder.UseAsync(static store => NodeFolder.AppendAsync(store, 2, "b"));

        Assert.Equal(ExitCode.Sound, Tool.Run("log", "verify", folder.Path).Code);
    }
}
