namespace Raft.Tests.Node;

/// <summary>A snapshot store whose calls wait where a test wants.</summary>
internal sealed class HeldSnapshots(ISnapshotStore inner) : ISnapshotStore
{
    public Task OnFind { get; set; } = Task.CompletedTask;

    public Task OnOpen { get; set; } = Task.CompletedTask;

    public Task OnCommit { get; set; } = Task.CompletedTask;

    public async ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken)
    {
        await OnFind;
        return await inner.FindLatestAsync(cancellationToken);
    }

    public async ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        await OnOpen;
        return await inner.OpenReadAsync(snapshot, cancellationToken);
    }

    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        new Writer(this, await inner.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken));

    private sealed class Writer(HeldSnapshots store, ISnapshotWriter writer) : ISnapshotWriter
    {
        public Stream Stream => writer.Stream;

        public async ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
        {
            await store.OnCommit;
            return await writer.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
