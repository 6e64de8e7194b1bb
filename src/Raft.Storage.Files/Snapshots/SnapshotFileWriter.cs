namespace Raft.Storage.Files;

/// <summary>A snapshot that is being written to a temporary file.</summary>
internal sealed class SnapshotFileWriter : ISnapshotWriter
{
    private readonly SnapshotFiles _snapshots;
    private readonly IDiskThreads _threads;
    private readonly IDiskFile _file;
    private readonly string _path;
    private readonly SnapshotInfo _snapshot;
    private readonly SnapshotWriteStream _stream;
    private State _state;

    /// <summary>Creates the writer, which owns the file.</summary>
    public SnapshotFileWriter(SnapshotFiles snapshots, IDiskThreads threads, IDiskFile file, string path, SnapshotInfo snapshot)
    {
        _snapshots = snapshots;
        _threads = threads;
        _file = file;
        _path = path;
        _snapshot = snapshot;
        _stream = new SnapshotWriteStream(file, SnapshotHeaderBlock.Size(snapshot.Header));
    }

    private enum State
    {
        Writing,
        Committing,
        Committed,
        Disposed,
    }

    /// <inheritdoc/>
    public Stream Stream => _stream;

    /// <inheritdoc/>
    public ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        return DiskCall<SnapshotInfo>.Run(_threads, Commit, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        State state = _state;
        _state = State.Disposed;
        if (state is State.Committed or State.Disposed)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask<bool> discarded = DiskCall<bool>.Run(_threads, Discard);
        return new ValueTask(discarded.AsTask());
    }

    private SnapshotInfo Commit()
    {
        if (_state != State.Writing)
        {
            throw new InvalidOperationException(
                $"The snapshot up to index {_snapshot.LastIncludedIndex} was committed before, or an attempt has failed. "
                + "Write it again with a new writer.");
        }

        _state = State.Committing;
        SnapshotInfo committed = _snapshot with { Length = _stream.Complete() };
        _file.Write(0, SnapshotHeaderBlock.Write(committed));
        _file.Sync();
        _file.Dispose();
        _snapshots.Publish(_path, new SnapshotName(committed.LastIncludedIndex, committed.LastIncludedTerm));
        _state = State.Committed;
        return committed;
    }

    private bool Discard()
    {
        _stream.Release();
        _file.Dispose();
        _snapshots.TryDelete(_path);
        return true;
    }
}
