namespace Raft;

/// <content>The snapshots that stand for what the log no longer holds. They last as long as the log.</content>
public sealed partial class InMemoryLogStore : ISnapshotStore
{
    private readonly InMemorySnapshotStore _snapshots = new();

    /// <inheritdoc/>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _snapshots.FindLatestAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) => _snapshots.OpenReadAsync(snapshot, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ISnapshotWriter> CreateAsync(long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        _snapshots.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
}
