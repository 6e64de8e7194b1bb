using System.Diagnostics;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>The file system of the operating system, with a clock on writes and syncs.</summary>
/// <param name="syncs">Whether files are synced. Without that, a long log is made quickly.</param>
internal sealed class WatchedFiles(bool syncs = true) : IFileSystem
{
    private readonly FileSystem _files = FileSystem.Shared;
    private long _writeTicks;
    private long _syncTicks;
    private long _syncCount;
    private long _bytes;

    /// <summary>Whether files are synced.</summary>
    public bool Syncs => syncs;

    /// <summary>What was done so far, by all threads.</summary>
    public DiskUse Use => new(
        Interlocked.Read(ref _syncCount),
        Interlocked.Read(ref _bytes),
        Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _writeTicks)),
        Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _syncTicks)));

    public void CreateDirectory(string path) => _files.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory) => _files.List(directory);

    public IDiskFile Create(string path) => new WatchedFile(this, _files.Create(path));

    public IDiskFile Open(string path) => new WatchedFile(this, _files.Open(path));

    public IDiskFile OpenRead(string path) => new WatchedFile(this, _files.OpenRead(path));

    public void Rename(string from, string to) => _files.Rename(from, to);

    public void Delete(string path) => _files.Delete(path);

    public void SyncDirectory(string path) => _files.SyncDirectory(path);

    public IDisposable Lock(string path) => _files.Lock(path);

    /// <summary>A file with a clock.</summary>
    private sealed class WatchedFile(WatchedFiles files, IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            long start = Stopwatch.GetTimestamp();
            file.Write(offset, bytes);
            Interlocked.Add(ref files._writeTicks, Stopwatch.GetTimestamp() - start);
            Interlocked.Add(ref files._bytes, bytes.Length);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void Sync()
        {
            if (!files.Syncs)
            {
                return;
            }

            long start = Stopwatch.GetTimestamp();
            file.Sync();
            Interlocked.Add(ref files._syncTicks, Stopwatch.GetTimestamp() - start);
            Interlocked.Increment(ref files._syncCount);
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>What stores have done with their files.</summary>
/// <param name="Syncs">Syncs of files.</param>
/// <param name="Bytes">Bytes that were written.</param>
/// <param name="Writing">The time in writes, of all threads together.</param>
/// <param name="Syncing">The time in syncs, of all threads together.</param>
internal readonly record struct DiskUse(long Syncs, long Bytes, TimeSpan Writing, TimeSpan Syncing)
{
    /// <summary>What was done since an earlier moment.</summary>
    public DiskUse Since(in DiskUse earlier) =>
        new(Syncs - earlier.Syncs, Bytes - earlier.Bytes, Writing - earlier.Writing, Syncing - earlier.Syncing);

    /// <summary>Both together.</summary>
    public DiskUse Plus(in DiskUse other) =>
        new(Syncs + other.Syncs, Bytes + other.Bytes, Writing + other.Writing, Syncing + other.Syncing);
}
