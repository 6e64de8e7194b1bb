namespace Raft.Storage.Files;

/// <summary>A file system in which no folder can be synced after the sync of one has failed.</summary>
/// <remarks>
/// A failed sync loses the names that any part of the storage has changed, and the next one succeeds without writing them. Log and
/// snapshots share a folder, so a failure that one of them sees must stop the other.
/// </remarks>
internal sealed class FailStopFileSystem(IFileSystem files) : IFileSystem
{
    private readonly Lock _lock = new(); // a sync waits for the result of the one before it
    private IOException? _failure;

    /// <summary>Forgets a failure. Called when the storage is opened, before it changes a name.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _failure = null;
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw new IOException(
                    $"The folder '{path}' is not synced, because an earlier sync has failed and it is not known what the disk holds: "
                    + $"{_failure.Message} Start the node again when the disk works.",
                    _failure);
            }

            try
            {
                files.SyncDirectory(path);
            }
            catch (IOException exception)
            {
                _failure = exception;
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path) => files.CreateDirectory(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => files.List(directory);

    /// <inheritdoc/>
    public IDiskFile Create(string path) => files.Create(path);

    /// <inheritdoc/>
    public IDiskFile Open(string path) => files.Open(path);

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => files.OpenRead(path);

    /// <inheritdoc/>
    public void Rename(string from, string to) => files.Rename(from, to);

    /// <inheritdoc/>
    public void Delete(string path) => files.Delete(path);

    /// <inheritdoc/>
    public IDisposable Lock(string path) => files.Lock(path);
}
