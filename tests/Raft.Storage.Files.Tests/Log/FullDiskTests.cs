using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

public sealed class FullDiskTests
{
    private static readonly NodeId Node = LogStoreTrial.Node;

    [Fact]
    public void OpenAsync_OnAFullDisk_UsesTheReserve_AndCompactionFreesSpace()
    {
        SimulatedFolder folder = new();
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        ExpectedLog expected = Write(folder, storage, count: 20, size: 30_000); // ten segments, of which some are used again
        folder.Threads.RunAll();
        SimulatedFolder restarted = new(folder.Files.Kill());
        restarted.Files.FailWithDiskFullAfter(0);
        long before = SizeOf(restarted.Files);

        FileStorage again = restarted.CreateStorage();
        LogState state = LogImages.Open(restarted, again);

        Assert.Equal(expected.State, state with { Store = null });
        restarted.Threads.Finish(again.CompactAsync(20));
        restarted.Threads.RunAll();
        restarted.Threads.Finish(again.CloseAsync());
        Assert.True(SizeOf(restarted.Files) < before - 100_000, $"{before} bytes before, {SizeOf(restarted.Files)} after it.");
        expected.Compact(20);
        LogImages.RequireState(restarted.Files.Kill(), [expected], atLeast: 0);
    }

    [Fact]
    public void OpenAsync_OnAFullDiskWithoutReserve_SaysHowMuchIsMissing_AndLeavesTheFolderAsItWas()
    {
        SimulatedFolder folder = new();
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        ExpectedLog expected = Write(folder, storage, count: 5, size: 1_000);
        MemoryFileSystem files = folder.Files.Kill();
        files.Delete($"{SimulatedFolder.Path}/reserve");
        files.Delete($"{SimulatedFolder.Path}/{SegmentFile.NameOf(2)}"); // prepared

        string[] before = [.. files.Paths.Select(path => $"{path} {Convert.ToHexString(files.ReadAllBytes(path))}")];
        files.FailWithDiskFullAfter(1_024);
        SimulatedFolder full = new(files);

        DiskFullException exception = Assert.Throws<DiskFullException>(() => LogImages.Open(full, full.CreateStorage()));

        Assert.Contains($"at least {64 * 1_024:N0} bytes more are needed", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, files.Paths.Select(path => $"{path} {Convert.ToHexString(files.ReadAllBytes(path))}"));
        files.FailWithDiskFullAfter(null);
        LogImages.RequireState(files, [expected], atLeast: 0);
    }

    [Fact]
    public void OpenAsync_Often_DoesNotFillTheDisk()
    {
        SimulatedFolder folder = new();
        ExpectedLog expected = new();
        for (int i = 0; i < 50; i++)
        {
            FileStorage storage = folder.CreateStorage();
            LogImages.Open(folder, storage);
            expected = Write(folder, storage, count: 1, size: 100, expected);
            folder.Threads.RunAll();
            folder.Threads.Finish(storage.CloseAsync());
        }

        Assert.True(SizeOf(folder.Files) < 5 * 64 * 1_024 + (50 * 4_096), $"The folder has {SizeOf(folder.Files)} bytes.");
        LogImages.RequireState(folder.Files, [expected], atLeast: 0);
    }

    [Fact]
    public void WriteAsync_OnAFullDisk_Fails_AndStopsTheStore()
    {
        SimulatedFolder folder = new();
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        ExpectedLog expected = Write(folder, storage, count: 2, size: 1_000);
        folder.Threads.RunAll();
        folder.Files.FailWithDiskFullAfter(0);

        Assert.Throws<DiskFullException>(() => Write(folder, storage, count: 10, size: 30_000, expected));

        folder.Files.FailWithDiskFullAfter(null);
        Assert.Throws<DiskFullException>(() => Write(folder, storage, count: 1, size: 10, expected)); // it does not try again
    }

    private static ExpectedLog Write(SimulatedFolder folder, FileStorage storage, int count, int size, ExpectedLog? before = null)
    {
        ExpectedLog expected = before?.Copy() ?? new ExpectedLog();
        for (int i = 0; i < count; i++)
        {
            LogWrite write = new(new HardState(1, Node), expected.LastIndex + 1, ContractEntries.Make(expected.LastIndex + 1, 1, term: 1, size));
            folder.Threads.Finish(storage.WriteAsync(write));
            expected.Write(write);
        }

        return expected;
    }

    private static long SizeOf(MemoryFileSystem files) => files.Paths.Sum(path => (long)files.ReadAllBytes(path).Length);
}
