using Raft.Storage.Files.Tests.Simulated;

namespace Raft.Storage.Files.Tests.Disk;

public sealed class FailStopFileSystemTests
{
    private readonly MemoryFileSystem _disk = new();
    private readonly FailStopFileSystem _files;

    public FailStopFileSystemTests() => _files = new FailStopFileSystem(_disk);

    [Fact]
    public void FailedSyncOfAFolder_FailsAllLaterOnesUntilTheReset()
    {
        _files.CreateDirectory("/node");
        _files.SyncDirectory("/node");
        _disk.FailSync(1);
        IOException first = Assert.Throws<IOException>(() => _files.SyncDirectory("/node"));
        IOException second = Assert.Throws<IOException>(() => _files.SyncDirectory("/node"));

        Assert.Same(first, second.InnerException);
        Assert.Contains(first.Message, second.Message, StringComparison.Ordinal);
        _files.Reset();
        _files.SyncDirectory("/node");
    }

    [Fact]
    public void NameWhoseSyncAnotherPartHasSeenFail_IsNeverReportedAsDurable()
    {
        _files.Create("/segment").Dispose();
        _files.Create("/snapshot").Dispose();
        _disk.FailSync(1);
        Assert.Throws<IOException>(() => _files.SyncDirectory("/")); // for the snapshot

        Assert.Throws<IOException>(() => _files.SyncDirectory("/")); // for the segment
        Assert.False(_disk.PowerLoss(static _ => 0).Exists("/segment"));
    }
}
