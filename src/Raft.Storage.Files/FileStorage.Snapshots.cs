namespace Raft;

public sealed partial class FileStorage : ISnapshotStore
{
    /// <inheritdoc/>
    /// <exception cref="StorageCorruptedException">
    /// The latest snapshot is damaged, or a later version of the library has written it. An earlier one is not returned instead: the log
    /// may not contain the entries after it.
    /// </exception>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _snapshots.FindLatestAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="StorageCorruptedException">
    /// The snapshot is damaged. If only its content is, the read that reaches its end throws this exception.
    /// </exception>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        _snapshots.OpenReadAsync(snapshot, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        _snapshots.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
}
