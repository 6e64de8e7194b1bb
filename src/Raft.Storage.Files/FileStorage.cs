using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Raft.Storage.Files;

namespace Raft;

/// <summary>
/// Keeps a node's log, term, vote and snapshots in a folder, durably: what it has reported as written survives a crash of the process, of
/// the operating system, and a loss of power. Give it to <see cref="RaftNodePorts.LogStore"/>; it is the snapshot store as well.
/// </summary>
/// <remarks>
/// <para>One folder belongs to one node. A lock keeps other processes out while it is open.</para>
/// <para>After a failed write or sync, every later write fails and the node stops: what the disk holds is unknown until the folder is
/// opened again. Everything that was reported as written is there then.</para>
/// <para>All members may be called on any thread.</para>
/// </remarks>
public sealed partial class FileStorage : ILogStore, ISnapshotStore
{
    private readonly FailStopFileSystem _files;
    private readonly IDiskThreads _threads;
    private readonly string _directory;
    private readonly FileLog _log;
    private readonly SnapshotFiles _snapshots;

    /// <summary>Creates the storage. Nothing is read or written before it is opened.</summary>
    /// <param name="directory">The node's folder, which is created if it does not exist.</param>
    /// <param name="options">The options. Null: their defaults.</param>
    /// <param name="loggerFactory">Creates its logger. Null: nothing is logged.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileStorage(string directory, FileStorageOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(directory, options, RaftLoggers.Create(loggerFactory), FileSystem.Shared, DiskThreads.Shared, Guid.NewGuid)
    {
    }

    internal FileStorage(
        string directory,
        FileStorageOptions? options,
        ILogger? logger,
        IFileSystem files,
        IDiskThreads threads,
        Func<Guid> newStoreId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        options ??= new FileStorageOptions();
        _files = new FailStopFileSystem(files);
        _threads = threads;
        _directory = Path.GetFullPath(directory);
        _log = new FileLog(_files, threads, _directory, options.SegmentBytes, newStoreId, logger ?? NullLogger.Instance);
        _snapshots = new SnapshotFiles(_files, threads, _directory);
    }

    /// <summary>Always false.</summary>
    public bool IsVolatile => false;

    /// <inheritdoc/>
    /// <exception cref="IOException">
    /// The folder is open already, by this object or another one, here or in another process; or it cannot be read or written.
    /// </exception>
    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clusterId);
        return DiskCall<LogState>.Run(_threads, () => Open(clusterId, nodeId), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) =>
        _log.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The entries would leave a gap, or replace compacted entries. The message says which. All later writes fail too.
    /// </exception>
    public ValueTask WriteAsync(LogWrite write) => _log.WriteAsync(in write);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The log does not reach that far.</exception>
    public ValueTask CompactAsync(long throughIndex) => _log.CompactAsync(throughIndex);

    /// <inheritdoc/>
    public ValueTask ResetAsync(long index, long term) => _log.ResetAsync(index, term);

    /// <summary>Waits for the writes under way, and closes the folder. If it is not open, nothing happens.</summary>
    /// <returns>Completes when it is closed.</returns>
    public ValueTask CloseAsync() => _log.CloseAsync();

    private LogState Open(string clusterId, NodeId nodeId)
    {
        _files.CreateDirectory(_directory);
        IDisposable folder = _files.Lock(Path.Combine(_directory, FolderLock.FileName));
        try
        {
            _files.Reset();
            return _log.Open(clusterId, nodeId, folder, _snapshots.RemoveLeftovers);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
