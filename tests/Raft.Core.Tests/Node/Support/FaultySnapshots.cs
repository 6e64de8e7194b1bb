namespace Raft.Tests.Node;

/// <summary>A snapshot store whose commits or reads fail for as long as a test wants.</summary>
internal sealed class FaultySnapshots(ISnapshotStore inner) : ISnapshotStore
{
    public bool FailsOnCommit { get; set; }

    public bool FailsOnRead { get; set; }

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => inner.FindLatestAsync(cancellationToken);

    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        FailsOnRead ? throw new IOException("The disk cannot be read.") : inner.OpenReadAsync(snapshot, cancellationToken);

    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) => new Writer(
            this, await inner.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken).ConfigureAwait(false));

    private sealed class Writer(FaultySnapshots store, ISnapshotWriter writer) : ISnapshotWriter
    {
        public Stream Stream => writer.Stream;

        public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken) =>
            store.FailsOnCommit ? throw new IOException("The disk is full.") : writer.CommitAsync(cancellationToken);

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
