using Microsoft.Extensions.Logging;
using Raft.Storage.Files;

namespace Raft;

/// <summary>Keeps the log, the vote and the snapshots of a node in a folder.</summary>
public sealed partial class FileStorage : ILogStore, IAsyncDisposable, IDisposable
{
    private readonly SnapshotFiles _snapshots;

    /// <summary>Creates a storage. Its folder is created when it is opened.</summary>
    /// <param name="directory">The folder of the node.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <param name="loggerFactory">Creates its logger; null for none.</param>
    public FileStorage(string directory, FileStorageOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory = Path.GetFullPath(directory);
        _ = options;
        _ = loggerFactory;
        _snapshots = new SnapshotFiles(FileSystem.Shared, DiskThreads.Shared, Directory);
    }

    internal string Directory { get; }

    /// <inheritdoc/>
    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask WriteAsync(LogWrite write) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask CompactAsync(long throughIndex) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask ResetAsync(long index, long term) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask CloseAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
