namespace Raft.Tests.Node;

/// <summary>Wraps a snapshot store: a snapshot becomes durable only when the test allows it.</summary>
internal sealed class HeldCommits(ISnapshotStore inner) : ISnapshotStore
{
    private readonly SortedDictionary<long, TaskCompletionSource> _held = [];

    /// <summary>Whether the snapshot up to an index waits to become durable.</summary>
    public bool Holds(long index) => _held.ContainsKey(index);

    /// <summary>Lets the snapshot up to an index become durable.</summary>
    public void Release(long index)
    {
        _held.Remove(index, out TaskCompletionSource? gate);
        gate!.SetResult();
    }

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => inner.FindLatestAsync(cancellationToken);

    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(snapshot, cancellationToken);

    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken) =>
        new Writer(this, lastIncludedIndex, await inner.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken));

    private sealed class Writer(HeldCommits store, long index, ISnapshotWriter writer) : ISnapshotWriter
    {
        public Stream Stream => writer.Stream;

        public async ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
        {
            TaskCompletionSource gate = new();
            store._held.Add(index, gate);
            await gate.Task;
            return await writer.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
