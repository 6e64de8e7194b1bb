using Raft.Storage.Files.Tests.Log;
using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests;

/// <summary>A folder with a snapshot and without a log: a backup was loaded into it, or the log was lost.</summary>
public sealed class MissingLogTests
{
    [Theory]
    [InlineData("reserve")]
    [InlineData("0000000000000002.log")]
    [InlineData("0000000000000001.log.recycled")]
    public void Snapshot_WithoutASegmentAndWithATraceOfALog_IsRefused(string trace)
    {
        SimulatedFolder folder = WithSnapshotOnly();
        folder.Files.SetContent($"{SimulatedFolder.Path}/{trace}", new byte[64 * 1_024]);

        RequireRefusal(folder, trace);
    }

    [Fact]
    public void Segments_DeletedNextToASnapshot_AreNoticed()
    {
        SimulatedFolder folder = new();
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        folder.Threads.Finish(storage.WriteAsync(ContractEntries.Write(1, 2, term: 1)));
        Save(folder, storage);
        folder.Threads.RunAll();
        folder.Threads.Finish(storage.CloseAsync());
        foreach (string name in folder.Files.List(SimulatedFolder.Path).Where(static name => SegmentFile.NumberOf(name) is not null))
        {
            folder.Files.Delete($"{SimulatedFolder.Path}/{name}");
        }

        RequireRefusal(folder, SegmentSupply.ReserveName);
    }

    [Fact]
    public void Snapshot_LoadedBeforeTheFirstOpening_IsFoundByIt()
    {
        SimulatedFolder folder = WithSnapshotOnly();
        FileStorage storage = folder.CreateStorage();

        Assert.Equal(0, LogImages.Open(folder, storage).LastIndex);
        Assert.Equal(2, folder.Threads.Finish(storage.FindLatestAsync(CancellationToken.None))?.LastIncludedIndex);
    }

    [Fact]
    public void Snapshot_LoadedBeforeAFirstOpeningThatCrashes_IsFoundByTheNext()
    {
        SimulatedFolder folder = WithSnapshotOnly();
        SeededRandom random = new(1);
        int images = 0;
        Exception? problem = null;
        folder.Files.AtOperation = () =>
        {
            foreach (MemoryFileSystem image in CrashImages.Of(folder.Files, random))
            {
                images++;
                problem ??= Record.Exception(() => // here, it would count as a failure of the disk
                {
                    SimulatedFolder crashed = new(image);
                    FileStorage storage = crashed.CreateStorage();
                    LogImages.Open(crashed, storage);
                    Assert.Equal(2, crashed.Threads.Finish(storage.FindLatestAsync(CancellationToken.None))?.LastIncludedIndex);
                });
            }
        };
        LogImages.Open(folder, folder.CreateStorage());
        folder.Threads.RunAll();

        Assert.Null(problem);
        Assert.InRange(images, 20, 10_000);
    }

    private static SimulatedFolder WithSnapshotOnly()
    {
        SimulatedFolder folder = new();
        Save(folder, folder.CreateStorage()); // the folder does not exist yet
        return folder;
    }

    private static void Save(SimulatedFolder folder, FileStorage storage)
    {
        ISnapshotWriter writer = folder.Threads.Finish(storage.CreateAsync(2, 1, default, CancellationToken.None));
        writer.Stream.Write([1, 2, 3]);
        folder.Threads.Finish(writer.CommitAsync(CancellationToken.None));
        folder.Threads.Finish(writer.DisposeAsync());
    }

    private static void RequireRefusal(SimulatedFolder folder, string trace)
    {
        string[] before = [.. folder.Files.Paths];

        StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(
            () => LogImages.Open(folder, folder.CreateStorage()));

        Assert.Contains($"'{trace}' shows that there was one", exception.Message, StringComparison.Ordinal);
        Assert.Contains("replace the node", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Files.Paths);
    }
}
