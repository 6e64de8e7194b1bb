namespace Raft.Storage.Files.Tests.Snapshots;

/// <summary>The snapshot part of the storage as a store of its own.</summary>
internal sealed class SnapshotFilesStore : ISnapshotStore
{
    private readonly SnapshotFiles _snapshots;

    public SnapshotFilesStore(IFileSystem files, IDiskThreads threads, string directory)
    {
        files.CreateDirectory(directory);
        _snapshots = new SnapshotFiles(files, threads, directory);
        _snapshots.RemoveLeftovers();
    }

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _snapshots.FindLatestAsync(cancellationToken);

    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        _snapshots.OpenReadAsync(snapshot, cancellationToken);

    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        _snapshots.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
}
