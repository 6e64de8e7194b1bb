using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files.Tests.Disk;

/// <summary>The name of a node's folder is durable before anything in the folder is acknowledged.</summary>
public sealed class NewFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly WatchedPlatform _platform = new();
    private readonly string _folder;

    public NewFolderTests() => _folder = _root.Combine("node");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Folder_WhoseParentCannotBeSynced_IsRemoved()
    {
        _platform.Broken = _root.Path;

        Assert.Same(_platform.Failure, Assert.Throws<IOException>(() => new FileSystem(_platform).CreateDirectory(_folder)));
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public void Folder_LeftByAProcessThatWasKilledBeforeTheSync_IsSyncedByTheNextOne()
    {
        Directory.CreateDirectory(_folder);
        new FileSystem(_platform).CreateDirectory(_folder);

        Assert.Equal(_root.Path, _platform.Synced[^1]);
    }

    [Fact]
    public async Task Opening_OfAFolderWhoseParentCannotBeSynced_FailsUntilItCan()
    {
        Directory.CreateDirectory(_folder);
        _platform.Broken = _root.Path;
        FileStorage storage = new(_folder, null, null, new FileSystem(_platform), DiskThreads.Shared, Guid.NewGuid);

        Assert.Same(_platform.Failure, await Assert.ThrowsAsync<IOException>(async () => await OpenAsync(storage)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        _platform.Broken = null;
        await OpenAsync(storage);
        await storage.CloseAsync();
    }

    private static ValueTask<LogState> OpenAsync(FileStorage storage) => storage.OpenAsync("cluster", "n1", CancellationToken.None);

    /// <summary>The operating system, but it records which folders are synced, and fails for one of them.</summary>
    private sealed class WatchedPlatform : DiskPlatform
    {
        public IOException Failure { get; } = new("The disk has failed.", 5); // EIO

        public string? Broken { get; set; }

        public List<string> Synced { get; } = [];

        public override void SyncDirectory(string path)
        {
            if (path == Broken)
            {
                throw Failure;
            }

            Current.SyncDirectory(path);
            Synced.Add(path);
        }

        public override void Sync(SafeFileHandle file, string path) => Current.Sync(file, path);

        public override void Rename(string from, string to) => Current.Rename(from, to);

        public override SafeFileHandle? TryLock(string path) => Current.TryLock(path);

        public override void Unlock(SafeFileHandle file) => Current.Unlock(file);

        public override bool IsLocked(string path) => Current.IsLocked(path);

        public override SafeFileHandle OpenLocked(string path) => Current.OpenLocked(path);
    }
}
