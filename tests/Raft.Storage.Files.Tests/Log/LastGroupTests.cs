using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

/// <summary>The last group of a log, which nothing after it proves.</summary>
public sealed class LastGroupTests
{
    private const int ChecksumAt = 8;
    private const int CheckedFrom = 16;
    private const int FirstIndexAt = 48;
    private static readonly string FirstSegment = $"{SimulatedFolder.Path}/{SegmentFile.NameOf(1)}";

    [Fact]
    public void OpenAsync_SoundLastGroupLeavesAGap_IsRefusedBeforeAnythingIsWritten()
    {
        SimulatedFolder folder = new();
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        folder.Threads.Finish(storage.WriteAsync(ContractEntries.Write(1, 2, term: 1)));
        MemoryFileSystem files = folder.Files.Kill();
        byte[] bytes = files.ReadAllBytes(FirstSegment);
        Span<byte> group = bytes.AsSpan(bytes.AsSpan().LastIndexOf("GRUP"u8));
        BinaryPrimitives.WriteInt64LittleEndian(group[FirstIndexAt..], 7);
        int length = BinaryPrimitives.ReadInt32LittleEndian(group[4..]);
        BinaryPrimitives.WriteUInt64LittleEndian(group[ChecksumAt..], XxHash3.HashToUInt64(group[CheckedFrom..length]));
        files.SetContent(FirstSegment, bytes);
        string[] before = [.. files.Paths];
        SimulatedFolder damaged = new(files);

        StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(
            () => LogImages.Open(damaged, damaged.CreateStorage()));

        Assert.Contains("its entries begin at 7, after a gap", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, files.Paths);
    }

    [Fact]
    public void CloseAsync_ItsSyncFails_IsLogged_AndNothingIsLost()
    {
        SimulatedFolder folder = new();
        using FakeLoggerProvider provider = new();
        using ILoggerFactory factory = LoggerFactory.Create(logging => logging.AddProvider(provider));
        FileStorage storage = new(
            SimulatedFolder.Path, new FileStorageOptions { SegmentBytes = 64 * 1_024 }, factory.CreateLogger("Raft"), folder.Files, folder.Threads, Guid.NewGuid);
        LogImages.Open(folder, storage);
        ExpectedLog expected = new();
        LogWrite write = ContractEntries.Write(1, 2, term: 1);
        expected.Write(write);
        folder.Threads.Finish(storage.WriteAsync(write));
        folder.Threads.RunAll();
        provider.Collector.Clear();
        folder.Files.FailSync(1);

        folder.Threads.Finish(storage.CloseAsync());

        Assert.Equal("NotClosed", Assert.Single(provider.Collector.GetSnapshot()).Id.Name);
        LogImages.RequireState(folder.Files.PowerLoss(static _ => 0), [expected], atLeast: 0);
    }
}
