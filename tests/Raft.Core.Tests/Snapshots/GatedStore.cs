namespace Raft.Core.Tests.Snapshots;

/// <summary>A snapshot store in memory whose calls fail, or wait, when a test says so, and which counts what is open.</summary>
internal sealed class GatedStore : ISnapshotStore
{
    private readonly InMemorySnapshotStore _store = new();
    private readonly Dictionary<string, Exception> _failures = new(StringComparer.Ordinal);
    private readonly List<TaskCompletionSource> _waiting = [];
    private bool _isClosed;

    /// <summary>What was called, in order: "create 5", "write 16", "commit", "dispose", "open".</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Streams that were opened for reading and not disposed yet.</summary>
    public int OpenStreams { get; private set; }

    /// <summary>Writers that were not disposed yet.</summary>
    public int OpenWriters { get; private set; }

    /// <summary>The next call of a kind fails.</summary>
    public void Fail(string call, Exception exception) => _failures[call] = exception;

    /// <summary>From now on calls wait.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Those that wait continue, and others no longer wait.</summary>
    public void Open()
    {
        _isClosed = false;
        Continue();
    }

    /// <summary>Those that wait continue, and others wait.</summary>
    public void OpenOnce() => Continue();

    /// <summary>
    /// They continue on this thread before this returns: several that wait for one task, or under the context of a test, would continue on
    /// others.
    /// </summary>
    private void Continue()
    {
        TaskCompletionSource[] waiting = [.. _waiting];
        _waiting.Clear();
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            foreach (TaskCompletionSource each in waiting)
            {
                each.SetResult();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => _store.FindLatestAsync(cancellationToken);

    public async ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        await PassAsync("open", "open").ConfigureAwait(false);
        Stream stream = new Reading(this, await _store.OpenReadAsync(snapshot, cancellationToken).ConfigureAwait(false));
        OpenStreams++;
        return stream;
    }

    public async ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        await PassAsync("create", $"create {lastIncludedIndex}").ConfigureAwait(false);
        ISnapshotWriter inner =
            await _store.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken).ConfigureAwait(false);
        OpenWriters++;
        return new Writer(this, inner);
    }

    private async Task PassAsync(string call, string description)
    {
        Calls.Add(description);
        if (_isClosed)
        {
            TaskCompletionSource waiting = new();
            _waiting.Add(waiting);
            await waiting.Task.ConfigureAwait(false);
        }

        if (_failures.Remove(call, out Exception? failure))
        {
            throw failure;
        }
    }

    private sealed class Writer(GatedStore store, ISnapshotWriter writer) : ISnapshotWriter
    {
        public Stream Stream => new Writing(store, writer.Stream);

        public async ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken)
        {
            await store.PassAsync("commit", "commit").ConfigureAwait(false);
            return await writer.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        public async ValueTask DisposeAsync()
        {
            store.OpenWriters--;
            await writer.DisposeAsync().ConfigureAwait(false);
            await store.PassAsync("dispose", "dispose").ConfigureAwait(false);
        }
    }

    private abstract class Wrapper(Stream stream) : Stream
    {
        public override bool CanRead => stream.CanRead;

        public override bool CanSeek => stream.CanSeek;

        public override bool CanWrite => stream.CanWrite;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => stream.Read(buffer);

        public override void Write(byte[] buffer, int offset, int count) => stream.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => stream.Write(buffer);

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void SetLength(long value) => stream.SetLength(value);

        public override void Flush() => stream.Flush();
    }

    private sealed class Writing(GatedStore store, Stream stream) : Wrapper(stream)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await store.PassAsync("write", $"write {buffer.Length}").ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            Write(buffer.Span);
        }
    }

    private sealed class Reading(GatedStore store, Stream stream) : Wrapper(stream)
    {
        private bool _isDisposed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await store.PassAsync("read", $"read {buffer.Length}").ConfigureAwait(false);
            return Read(buffer.Span);
        }

        protected override void Dispose(bool disposing)
        {
            store.OpenStreams -= _isDisposed ? 0 : 1;
            _isDisposed = true;
            base.Dispose(disposing);
        }
    }
}
