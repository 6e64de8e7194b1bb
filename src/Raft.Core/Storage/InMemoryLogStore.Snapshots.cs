namespace Raft;

/// <content>The snapshots that cover the entries that the log no longer contains. They exist as long as the log.</content>
public sealed partial class InMemoryLogStore : ISnapshotStore
{
    private readonly InMemorySnapshotStore _snapshots = new();

    /// <inheritdoc/>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _snapshots.FindLatestAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        _snapshots.OpenReadAsync(snapshot, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        _snapshots.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
}
