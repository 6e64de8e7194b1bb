using System.Diagnostics.CodeAnalysis;

namespace Raft.Testing.Tests.Contracts;

/// <summary>A small snapshot store that keeps the contract, unless it has a defect.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Streams in memory hold nothing to release.")]
internal sealed class ShelfStore(Shelf shelf, SnapshotDefect defect) : ISnapshotStore
{
    private readonly MemoryStream _shared = new();
    private MemoryStream? _lastOpened;
    private bool _hasWritten;
    private bool _isAbandoned;

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken)
    {
        SnapshotInfo? found = Has(SnapshotDefect.CommittedSnapshotIsFoundAndRead) && !_hasWritten ? null : shelf.Durable?.Info;
        if (Has(SnapshotDefect.NothingIsSeenBeforeTheCommit) && shelf.Writers.Count > 0)
        {
            found = shelf.Writers[^1].Info;
        }

        return new(found ?? (Has(SnapshotDefect.NewStoreHasNoSnapshot) ? default(SnapshotInfo) : null));
    }

    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        StoredSnapshot? durable = shelf.Durable;
        if (durable is null
            || (durable.Info.LastIncludedIndex != snapshot.LastIncludedIndex && !Has(SnapshotDefect.ReplacedSnapshotIsReadOrRefused)))
        {
            throw new FileNotFoundException($"There is no snapshot up to index {snapshot.LastIncludedIndex}.");
        }

        if (!Has(SnapshotDefect.ReadersDoNotDisturbEachOther) || _lastOpened is not { CanRead: true })
        {
            _lastOpened = new MemoryStream(durable.Content, writable: false);
        }

        return new(Has(SnapshotDefect.ReadersCanSeek) ? new ForwardStream(_lastOpened) : _lastOpened);
    }

    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        _hasWritten = true;
        byte[] kept = Has(SnapshotDefect.HeaderAndLengthAreKept) ? header[..Math.Min(header.Length, 255)].ToArray() : header.ToArray();
        ShelfWriter writer = new(
            this,
            new SnapshotInfo(lastIncludedIndex, lastIncludedTerm, kept, Length: 0),
            Has(SnapshotDefect.WritersDoNotDisturbEachOther) ? _shared : new MemoryStream());
        shelf.Writers.Add(writer);
        return new(writer);
    }

    public void Abandon() => _isAbandoned = true;

    public async ValueTask<SnapshotInfo> CommitAsync(ShelfWriter writer, SnapshotInfo info, byte[] content)
    {
        if (Has(SnapshotDefect.LargeContentIsKept))
        {
            content = content[..Math.Min(content.Length, 1 << 20)];
        }

        StoredSnapshot snapshot = new(info with { Length = content.Length }, content);
        shelf.UnderWay.Add(snapshot);
        shelf.Writers.Remove(writer);
        if (!Has(SnapshotDefect.CommittedSnapshotSurvivesACrash))
        {
            await Task.Delay(1);
            if (_isAbandoned)
            {
                await new TaskCompletionSource().Task; // the machine has no power
            }

            Keep(snapshot);
            shelf.UnderWay.Remove(snapshot);
        }

        return snapshot.Info;
    }

    public void Dispose(ShelfWriter writer, SnapshotInfo info, byte[] content)
    {
        if (shelf.Writers.Remove(writer) && Has(SnapshotDefect.AbandonedWriterLeavesNothing))
        {
            Keep(new StoredSnapshot(info with { Length = content.Length }, content));
        }
    }

    public void Keep(StoredSnapshot snapshot) => shelf.Keep(snapshot);

    private bool Has(SnapshotDefect possible) => defect == possible;

    /// <summary>Can be read from the start to the end, and says that it can do more.</summary>
    private sealed class ForwardStream(MemoryStream content) : MemoryStream(content.ToArray(), writable: false)
    {
        public override long Position
        {
            get => base.Position;
            set => base.Position = Math.Max(base.Position, value);
        }
    }
}

internal sealed class ShelfWriter(ShelfStore store, SnapshotInfo info, MemoryStream stream) : ISnapshotWriter
{
    public Stream Stream => stream;

    public SnapshotInfo Info => info with { Length = stream.Length };

    public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken) => store.CommitAsync(this, info, stream.ToArray());

    public void Keep() => store.Keep(new StoredSnapshot(Info, stream.ToArray()));

    public ValueTask DisposeAsync()
    {
        store.Dispose(this, info, stream.ToArray());
        return ValueTask.CompletedTask;
    }
}
