namespace Raft.Core.Tests.Snapshots;

/// <summary>A snapshot store in memory that counts what is open, and whose streams and writers can refuse to be disposed.</summary>
internal sealed class HeldStreams : ISnapshotStore
{
    private readonly InMemorySnapshotStore _store = new();

    /// <summary>Whether disposing a writer, or a stream that was opened for reading, throws.</summary>
    public bool DisposeThrows { get; set; }

    /// <summary>Runs whenever a snapshot is opened for reading.</summary>
    public Action? OnOpen { get; set; }

    /// <summary>Streams that were opened for reading and not disposed yet.</summary>
    public int OpenStreams { get; private set; }

    /// <summary>Writers that were not disposed yet.</summary>
    public int OpenWriters { get; private set; }

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _store.FindLatestAsync(cancellationToken);

    public async ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        OnOpen?.Invoke();
        await using Stream stored = await _store.OpenReadAsync(snapshot, cancellationToken);
        byte[] content = new byte[stored.Length];
        await stored.ReadExactlyAsync(content, cancellationToken);
        OpenStreams++;
        return new HeldStream(this, content);
    }

    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        ISnapshotWriter writer = await _store.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
        OpenWriters++;
        return new HeldWriter(this, writer);
    }

    private sealed class HeldStream(HeldStreams store, byte[] content) : MemoryStream(content)
    {
        protected override void Dispose(bool disposing)
        {
            store.OpenStreams--;
            base.Dispose(disposing);
            if (store.DisposeThrows)
            {
                throw new IOException("It does not close.");
            }
        }
    }

    private sealed class HeldWriter(HeldStreams store, ISnapshotWriter writer) : ISnapshotWriter
    {
        public Stream Stream => writer.Stream;

        public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken) => writer.CommitAsync(cancellationToken);

        public ValueTask DisposeAsync()
        {
            store.OpenWriters--;
            return store.DisposeThrows ? throw new IOException("It does not close.") : writer.DisposeAsync();
        }
    }
}
