using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Raft.Storage.Files.Tests.Simulated;

namespace Raft.Storage.Files.Tests.Log;

public sealed class SegmentSupplyTests
{
    private const int SegmentBytes = 64 * 1_024;

    private readonly MemoryFileSystem _files = new();
    private readonly FakeLogger _logger = new();
    private readonly SegmentSupply _supply;

    public SegmentSupplyTests() => _supply = new SegmentSupply(_files, "/", SegmentBytes, _logger);

    [Fact]
    public void PreparedFile_IsTakenAsItIs()
    {
        _supply.Expect(3);
        _supply.Execute();
        int operations = _files.Operations.Count;
        using IDiskFile file = _supply.Take(3, 100);

        Assert.Equal(SegmentBytes, file.Length);
        Assert.Equal(operations, _files.Operations.Count);
    }

    [Fact]
    public void Preparation_ThatRunsAfterItsFileWasTaken_LeavesThatFile()
    {
        _supply.Expect(3);
        using IDiskFile file = _supply.Take(3, 100); // before the thread of the preparation has begun
        file.Write(0, [1, 2, 3]);
        _supply.Execute();

        Assert.Equal([1, 2, 3], _files.ReadAllBytes(PathOf(3))[..3]);
        _supply.Expect(4);
        _supply.Execute();
        Assert.True(_files.Exists(PathOf(4)));
    }

    [Fact]
    public void Preparation_LeftByAnEarlierOpening_IsNotMade()
    {
        _supply.Expect(3);
        _supply.Close();
        _supply.Open([]);
        _supply.Execute();

        Assert.False(_files.Exists(PathOf(3)));
    }

    [Fact]
    public void Preparation_ThatFails_IsLoggedOncePerCauseUntilItSucceeds()
    {
        _supply.Expect(3);
        _files.FailWithDiskFullAfter(0);
        _supply.Execute();
        _supply.Execute();
        FakeLogRecord full = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal((306, "NotPrepared", LogLevel.Warning), (full.Id.Id, full.Id.Name, full.Level));
        Assert.IsType<DiskFullException>(full.Exception);

        _files.FailWithDiskFullAfter(null);
        _files.FailSync(1);
        _supply.Execute();
        Assert.Equal(2, _logger.Collector.Count);

        _supply.Execute();
        Assert.Equal(2, _logger.Collector.Count);
        _supply.Expect(4);
        _files.FailSync(1);
        _supply.Execute();
        Assert.Equal(3, _logger.Collector.Count);
    }

    [Fact]
    public void Segment_GivenBackWhileAFileIsMade_DoesNotWaitForIt()
    {
        _files.SetContent(PathOf(1), new byte[SegmentBytes]);
        SegmentFile obsolete = new(PathOf(1), 1, opening: 1, _files.Open(PathOf(1)));
        WatchedSyncs files = new(_files);
        SegmentSupply supply = new(files, "/", SegmentBytes, _logger);
        bool wasGivenBack = false;
        files.Syncing = () => wasGivenBack = Task.Run(() => supply.Recycle(obsolete)).Wait(TimeSpan.FromSeconds(10));
        supply.Expect(3);
        supply.Execute();

        Assert.True(wasGivenBack);
        Assert.True(_files.Exists(PathOf(1) + SegmentSupply.RecycledExtension));
    }

    private static string PathOf(long number) => "/" + SegmentFile.NameOf(number);

    /// <summary>Calls back before the first sync of a file that it has created.</summary>
    private sealed class WatchedSyncs(MemoryFileSystem files) : IFileSystem
    {
        public Action? Syncing { get; set; }

        public void CreateDirectory(string path) => files.CreateDirectory(path);

        public IReadOnlyList<string> List(string directory) => files.List(directory);

        public IDiskFile Create(string path) => new WatchedFile(this, files.Create(path));

        public IDiskFile Open(string path) => files.Open(path);

        public IDiskFile OpenRead(string path) => files.OpenRead(path);

        public void Rename(string from, string to) => files.Rename(from, to);

        public void Delete(string path) => files.Delete(path);

        public void SyncDirectory(string path) => files.SyncDirectory(path);

        public IDisposable Lock(string path) => files.Lock(path);

        private sealed class WatchedFile(WatchedSyncs watched, IDiskFile file) : IDiskFile
        {
            public long Length => file.Length;

            public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

            public void Write(long offset, ReadOnlySpan<byte> bytes) => file.Write(offset, bytes);

            public void SetLength(long length) => file.SetLength(length);

            public void Sync()
            {
                watched.Syncing?.Invoke();
                watched.Syncing = null;
                file.Sync();
            }

            public void Dispose() => file.Dispose();
        }
    }
}
