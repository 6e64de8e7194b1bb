namespace Raft.Testing;

/// <summary>
/// The snapshot store of a simulated node, with a record of the snapshots that it has reported as durable. After a crash, the latest one
/// must be found again, or one that was being committed, with the same content.
/// </summary>
/// <remarks>Use it only on the thread of the simulation.</remarks>
public sealed class ObservedSnapshotStore : ISnapshotStore
{
    private const int BytesOfARead = 64 << 10;

    private readonly ISnapshotStore _inner;
    private readonly StoreEvents _events;
    private readonly List<Attempt> _attempts; // what the store may hold, apart from the latest that it has acknowledged
    private Attempt? _latest;
    private bool _isVerified;
    private bool _isAbandoned; // its process has ended
    private bool _isUnknown;
    private int _openings; // under way
    private int _life;

    internal ObservedSnapshotStore(ISnapshotStore inner, StoreEvents events)
        : this(inner, events, latest: null, [])
    {
    }

    private ObservedSnapshotStore(ISnapshotStore inner, StoreEvents events, Attempt? latest, List<Attempt> attempts)
    {
        _inner = inner;
        _events = events;
        _latest = latest;
        _attempts = attempts;
    }

    /// <summary>A snapshot that was written and whose commit has begun.</summary>
    private sealed record Attempt(SnapshotInfo Snapshot, ReadOnlyMemory<byte> Content, int Life)
    {
        public bool IsFor(in SnapshotInfo found) =>
            Snapshot.LastIncludedIndex == found.LastIncludedIndex
            && Snapshot.LastIncludedTerm == found.LastIncludedTerm
            && Snapshot.Length == found.Length
            && Snapshot.Header.Span.SequenceEqual(found.Header.Span);
    }

    /// <inheritdoc/>
    public bool IsVolatile => _inner.IsVolatile;

    /// <summary>Gets the latest snapshot that was reported as durable, or was found after a crash.</summary>
    public SnapshotInfo? Durable => _latest?.Snapshot;

    /// <summary>
    /// Whether the present life of the node may not know of the latest snapshot: a call has failed or was cancelled since it was
    /// committed, an earlier life of the node had begun to write it, or the node is about to read it, and notes it then.
    /// </summary>
    internal bool MayBeUnknown => _isUnknown || _openings > 0;

    /// <summary>The number of calls under way, of the store and of the streams that it has opened.</summary>
    internal int Calls { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken)
    {
        SnapshotInfo? found = await Note(_inner.FindLatestAsync(cancellationToken)).ConfigureAwait(false);
        if (!_isVerified && !_isAbandoned)
        {
            byte[] content = found is { } snapshot ? await ReadAsync(snapshot, cancellationToken).ConfigureAwait(false) : [];
            if (!_isVerified && !_isAbandoned)
            {
                Verify(found, content);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        _openings++;
        try
        {
            return new ObservedStream(
                await Note(_inner.OpenReadAsync(snapshot, cancellationToken)).ConfigureAwait(false),
                NoteFailure,
                reading: change => Calls += change);
        }
        finally
        {
            _openings--;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        ISnapshotWriter writer = await Note(_inner.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken))
            .ConfigureAwait(false);
        return new Writer(this, writer, new SnapshotInfo(lastIncludedIndex, lastIncludedTerm, header, Length: 0));
    }

    /// <summary>Called when the node starts. Pending calls belong to the previous life of the node.</summary>
    internal void BeginLife()
    {
        _life++;
        _isUnknown = false;
        _isVerified = false;
    }

    /// <summary>Observes the store of the next life, after a crash. This one sees nothing more.</summary>
    internal ObservedSnapshotStore Continue(ISnapshotStore inner)
    {
        _isAbandoned = true;
        return new ObservedSnapshotStore(inner, _events, _latest, _attempts) { _life = _life };
    }

    /// <summary>Observes a store after a crash, about whose content nothing is known.</summary>
    internal ObservedSnapshotStore Replace(ISnapshotStore inner)
    {
        _isAbandoned = true;
        return new ObservedSnapshotStore(inner, _events) { _life = _life };
    }

    private async ValueTask<byte[]> ReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        Stream stream = await Note(_inner.OpenReadAsync(snapshot, cancellationToken)).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            MemoryStream content = new();
            byte[] buffer = new byte[BytesOfARead];
            while (stream.Read(buffer) is > 0 and int count)
            {
                content.Write(buffer, 0, count);
            }

            return content.ToArray();
        }
    }

    /// <summary>Compares what was found with what was committed, and continues with what was found.</summary>
    private void Verify(SnapshotInfo? found, ReadOnlySpan<byte> content)
    {
        _isVerified = true;
        if (found is not { } snapshot)
        {
            if (_latest is not null)
            {
                _events.Lost?.Invoke($"its snapshot up to index {_latest.Snapshot.LastIncludedIndex} was committed, and none was found.");
            }

            return;
        }

        if (snapshot.LastIncludedIndex < _latest?.Snapshot.LastIncludedIndex)
        {
            _events.Lost?.Invoke($"its snapshot up to index {_latest.Snapshot.LastIncludedIndex} was committed, and the latest one "
                + $"that was found ends at {snapshot.LastIncludedIndex}.");
            return;
        }

        foreach (Attempt attempt in _latest is null ? _attempts : [_latest, .. _attempts])
        {
            if (attempt.IsFor(in snapshot) && content.SequenceEqual(attempt.Content.Span))
            {
                Keep(attempt);
                return;
            }
        }

        _events.Lost?.Invoke($"the content of its snapshot up to index {snapshot.LastIncludedIndex} is not what was written.");
    }

    /// <summary>An attempt is durable now. Of several for the same index, the store may keep any.</summary>
    private void Keep(Attempt durable)
    {
        if (!_attempts.Remove(durable))
        {
            return; // it is the latest one
        }

        if (_latest is null || durable.Snapshot.LastIncludedIndex >= _latest.Snapshot.LastIncludedIndex)
        {
            if (_latest?.Snapshot.LastIncludedIndex == durable.Snapshot.LastIncludedIndex)
            {
                _attempts.Add(_latest);
            }

            _latest = durable;
            _attempts.RemoveAll(other => other.Snapshot.LastIncludedIndex < durable.Snapshot.LastIncludedIndex);
        }

        _events.SnapshotCommitted?.Invoke(durable.Snapshot, durable.Content);
    }

    private void NoteFailure() => _isUnknown = true;

    private async ValueTask<T> Note<T>(ValueTask<T> call)
    {
        Calls++;
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch
        {
            NoteFailure();
            throw;
        }
        finally
        {
            Calls--;
        }
    }

    private sealed class Writer(ObservedSnapshotStore store, ISnapshotWriter inner, SnapshotInfo snapshot) : ISnapshotWriter
    {
        private readonly MemoryStream _content = new();
        private ObservedStream? _stream;

        public Stream Stream => _stream ??= new ObservedStream(inner.Stream, store.NoteFailure, _content);

        public async ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
        {
            byte[] content = _content.ToArray();
            Attempt attempt = new(snapshot with { Length = content.Length }, content, store._life);
            store._attempts.Add(attempt);
            SnapshotInfo committed = await store.Note(inner.CommitAsync(cancellationToken)).ConfigureAwait(false);
            if (!store._isAbandoned)
            {
                store.Keep(attempt);
                store._isUnknown = store._latest == attempt ? attempt.Life != store._life : store._isUnknown;
            }

            return committed;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
