using System.Diagnostics;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>A log in a folder, and one caller that awaits each write before the next.</summary>
internal sealed class StoreLoop : IAsyncDisposable
{
    private const long CompactedAfterBytes = 64 << 20; // as a node takes a snapshot, by default

    private readonly string _path;
    private readonly FileStorage _storage;
    private long _lastIndex;
    private long _bytes; // since the last compaction

    private StoreLoop(string path, FileStorage storage)
    {
        _path = path;
        _storage = storage;
    }

    /// <summary>Opens a new log.</summary>
    /// <param name="path">Its folder, which does not exist.</param>
    /// <param name="files">The file system; null for that of the operating system.</param>
    public static async Task<StoreLoop> OpenAsync(string path, IFileSystem? files = null)
    {
        FileStorage storage = files is null
            ? new FileStorage(path)
            : new FileStorage(path, null, null, files, DiskThreads.Shared, Guid.NewGuid);
        await storage.OpenAsync("benchmark", "n1", CancellationToken.None);
        await storage.WriteAsync(new LogWrite(new HardState(1, null), 1, default));
        await Task.Yield(); // leaves the thread of the disk
        return new StoreLoop(path, storage);
    }

    /// <summary>Writes groups for a while.</summary>
    /// <param name="load">The group.</param>
    /// <param name="duration">How long.</param>
    public async Task<GroupsWritten> RunAsync(StoreCase load, TimeSpan duration)
    {
        LogEntry[] entries = load.CreateEntries();
        await CompactAsync();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed = TimeSpan.Zero;
        long groups = 0;
        while (elapsed < duration)
        {
            ValueTask compacted = load.IsCompacted && _bytes > CompactedAfterBytes ? CompactAsync() : ValueTask.CompletedTask;
            await _storage.WriteAsync(new LogWrite(null, _lastIndex + 1, entries) { CommitIndex = _lastIndex });
            await compacted;
            _lastIndex += entries.Length;
            _bytes += load.Bytes;
            groups++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        await Task.Yield(); // leaves the thread of the disk
        return new GroupsWritten(groups, elapsed, allocated);
    }

    /// <summary>Writes a log of a size, without compacting it.</summary>
    public async Task FillAsync(StoreCase load, long bytes)
    {
        LogEntry[] entries = load.CreateEntries();
        for (long written = 0; written < bytes; written += load.StoredBytes)
        {
            await _storage.WriteAsync(new LogWrite(null, _lastIndex + 1, entries));
            _lastIndex += entries.Length;
        }

        await Task.Yield(); // leaves the thread of the disk
    }

    /// <summary>Closes the log, and keeps its files.</summary>
    /// <returns>The last index.</returns>
    public async Task<long> CloseAsync()
    {
        await _storage.CloseAsync();
        await Task.Yield(); // leaves the thread of the disk
        return _lastIndex;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_path, recursive: true);
    }

    private ValueTask CompactAsync()
    {
        _bytes = 0;
        return _storage.CompactAsync(_lastIndex);
    }
}
