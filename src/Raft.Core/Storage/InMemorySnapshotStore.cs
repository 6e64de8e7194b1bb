namespace Raft;

/// <summary>
/// Keeps a node's latest snapshot in memory, for tests, demonstrations and clusters within one process. The snapshot exists as long as
/// the object, and may have up to 2 GiB. <see cref="InMemoryLogStore"/> includes such a store.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
public sealed class InMemorySnapshotStore : ISnapshotStore
{
    private readonly Lock _lock = new();
    private Stored? _latest;

    private sealed record Stored(SnapshotInfo Info, byte[] Content);

    /// <summary>Always true.</summary>
    public bool IsVolatile => true;

    /// <inheritdoc/>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return cancellationToken.IsCancellationRequested
                ? ValueTask.FromCanceled<SnapshotInfo?>(cancellationToken)
                : ValueTask.FromResult(_latest?.Info);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Stream>(cancellationToken);
        }

        lock (_lock)
        {
            return _latest is { } latest && latest.Info == snapshot
                ? ValueTask.FromResult<Stream>(new MemoryStream(latest.Content, 0, (int)snapshot.Length, writable: false))
                : ValueTask.FromException<Stream>(new FileNotFoundException(
                    $"There is no snapshot up to index {snapshot.LastIncludedIndex}: "
                    + (_latest is null ? "none was committed." : $"the latest is up to index {_latest.Info.LastIncludedIndex}.")));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastIncludedIndex, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastIncludedTerm, 1);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<ISnapshotWriter>(cancellationToken)
            : ValueTask.FromResult<ISnapshotWriter>(
                new Writer(this, new SnapshotInfo(lastIncludedIndex, lastIncludedTerm, header.ToArray(), Length: 0)));
    }

    private void Commit(Stored snapshot)
    {
        lock (_lock)
        {
            if (_latest is null || snapshot.Info.LastIncludedIndex >= _latest.Info.LastIncludedIndex)
            {
                _latest = snapshot;
            }
        }
    }

    private sealed class Writer(InMemorySnapshotStore store, SnapshotInfo info) : ISnapshotWriter
    {
        private readonly MemoryStream _stream = new();
        private bool _isClosed;

        public Stream Stream => _stream;

        public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<SnapshotInfo>(cancellationToken);
            }

            if (_isClosed)
            {
                return ValueTask.FromException<SnapshotInfo>(
                    new InvalidOperationException($"The snapshot up to index {info.LastIncludedIndex} is already committed or discarded."));
            }

            _isClosed = true;
            SnapshotInfo committed = info with { Length = _stream.Length };
            _stream.Dispose(); // it cannot change any more; its buffer remains
            store.Commit(new Stored(committed, _stream.GetBuffer()));
            return ValueTask.FromResult(committed);
        }

        public ValueTask DisposeAsync()
        {
            _isClosed = true;
            return _stream.DisposeAsync();
        }
    }
}
