using System.Diagnostics.CodeAnalysis;
using Raft.Consensus;

namespace Raft;

/// <summary>A snapshot that was received from a leader and is durable here.</summary>
/// <param name="Snapshot">Its identity.</param>
/// <param name="Info">Its description in the store.</param>
/// <param name="Header">Its header.</param>
/// <param name="Content">Its content, open.</param>
internal sealed record ReceivedSnapshot(SnapshotIdentity Snapshot, SnapshotInfo Info, SnapshotHeader Header, Stream Content);

/// <summary>
/// Stores the chunks of a snapshot that a leader sends, in order and one at a time, but not on the node's worker. The checksum of the
/// whole snapshot is verified before the snapshot becomes visible.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="scheduler">Runs the work.</param>
/// <param name="disposal">Disposes the writers.</param>
/// <param name="stored">
/// Called after each chunk that is stored and does not complete the snapshot, with the next byte that is needed.
/// </param>
/// <param name="received">Called with the complete snapshot; disposes its content.</param>
/// <param name="refused">
/// Called when a chunk could not be stored, so that the snapshot must be sent again: with the reason, and the exception if there was one.
/// </param>
/// <param name="idle">Called when no chunk is being stored any more.</param>
[SuppressMessage("Design", "CA1001", Justification = "The checksum is disposed with the writer, at the end of each snapshot.")]
internal sealed class SnapshotReceiver(
    ISnapshotStore store,
    IScheduler scheduler,
    SnapshotDisposal disposal,
    Action<SnapshotIdentity, long> stored,
    Action<ReceivedSnapshot> received,
    Action<SnapshotIdentity, SnapshotReplyReason, Exception?> refused,
    Action idle) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly byte[] _trailer = new byte[SnapshotChecksum.Size];
    private InstallSnapshotMessage? _waiting; // at most one: the module requests one at a time, and a new snapshot replaces it
    private bool _abandons;
    private bool _running;
    private StorageWork.OpenWork? _work; // while it runs

    // Used only while chunks are stored.
    private ISnapshotWriter? _writer;
    private SnapshotChecksum? _checksum;
    private ReadOnlyMemory<byte> _header;
    private SnapshotReplyReason _failure; // what an exception now would mean

    /// <summary>The snapshot of the last chunk; null if it was abandoned. Used by the node's worker.</summary>
    public SnapshotIdentity? Snapshot { get; private set; }

    /// <summary>Whether no chunk is being stored.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_running;
            }
        }
    }

    /// <summary>Cancels the work. Set when the node stops.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Shows what is being done; null if nobody looks.</summary>
    public StorageWork? Storage { get; init; }

    /// <summary>Stores a chunk. Called by the node's worker.</summary>
    public void Store(InstallSnapshotMessage chunk)
    {
        Snapshot = IdentityOf(chunk);
        lock (_lock)
        {
            _waiting = chunk;
            if (_running)
            {
                return;
            }

            _running = true;
            _work = Storage?.Begin(WorkOf(chunk));
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    /// <summary>Abandons the snapshot, which is no longer needed. Called by the node's worker.</summary>
    public void Abandon()
    {
        Snapshot = null;
        lock (_lock)
        {
            _waiting = null;
            _abandons = true;
            if (_running)
            {
                return;
            }

            _running = true;
            _work = Storage?.Begin(new Work(WorkKind.Abandonment));
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    public void Execute() => _ = DrainAsync();

    private static SnapshotIdentity IdentityOf(InstallSnapshotMessage chunk) =>
        new(chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Checksum);

    private static Work WorkOf(InstallSnapshotMessage chunk) =>
        new(WorkKind.ChunkWrite, LastIndex: chunk.LastIncludedIndex, Other: chunk.From);

    private async Task DrainAsync()
    {
        while (TryTake(out InstallSnapshotMessage? chunk, out bool abandons))
        {
            if (abandons || chunk is null or { Offset: 0 })
            {
                await CloseWriterAsync().ConfigureAwait(false);
            }

            if (chunk is not null)
            {
                _work?.Proceed(WorkOf(chunk));
                await StoreAsync(chunk).ConfigureAwait(false);
            }
        }

        idle();
    }

    private bool TryTake(out InstallSnapshotMessage? chunk, out bool abandons)
    {
        lock (_lock)
        {
            (chunk, _waiting) = (_waiting, null);
            (abandons, _abandons) = (_abandons, false);
            _running = chunk is not null || abandons;
            if (!_running)
            {
                _work?.Dispose();
                _work = null;
            }

            return _running;
        }
    }

    private async ValueTask StoreAsync(InstallSnapshotMessage chunk)
    {
        Exception? failure = null;
        _failure = SnapshotReplyReason.StoreFailed;
        try
        {
            if (chunk.Offset == 0)
            {
                _header = chunk.Header;
                _checksum = new SnapshotChecksum(chunk.LastIncludedIndex, chunk.LastIncludedTerm, _header.Span);
                _writer = await store.CreateAsync(chunk.LastIncludedIndex, chunk.LastIncludedTerm, _header, Stopping).ConfigureAwait(false);
            }

            if (_writer is not null)
            {
                Hash(chunk);
                await _writer.Stream.WriteAsync(chunk.Data, Stopping).ConfigureAwait(false);
                if (!chunk.IsLast)
                {
                    stored(IdentityOf(chunk), chunk.Offset + chunk.Data.Length);
                    return;
                }

                await CommitAsync(chunk).ConfigureAwait(false);
                return;
            }
        }
        // Any failure is reported, and the leader sends the snapshot again.
        catch (Exception exception)
        {
            failure = exception;
            await CloseWriterAsync().ConfigureAwait(false);
        }

        refused(IdentityOf(chunk), _failure, failure);
    }

    /// <summary>
    /// Adds a chunk to the checksum. The checksum at the end of the content covers all bytes before it. A chunk may end within
    /// it.
    /// </summary>
    private void Hash(InstallSnapshotMessage chunk)
    {
        ReadOnlySpan<byte> data = chunk.Data.Span;
        long trailerStart = chunk.Length - SnapshotChecksum.Size;
        int hashed = (int)Math.Clamp(trailerStart - chunk.Offset, 0, data.Length);
        _checksum!.Append(data[..hashed]);
        if (hashed < data.Length)
        {
            data[hashed..].CopyTo(_trailer.AsSpan((int)(chunk.Offset + hashed - trailerStart)));
        }
    }

    private async ValueTask CommitAsync(InstallSnapshotMessage chunk)
    {
        _failure = SnapshotReplyReason.ChecksumWrong;
        UInt128 checksum = _checksum!.Finish();
        if (chunk.Length < SnapshotChecksum.Size || checksum != SnapshotChecksum.Read(_trailer) || checksum != chunk.Checksum)
        {
            throw new IOException(
                $"The snapshot up to index {chunk.LastIncludedIndex} that {chunk.From} has sent does not match its checksum.");
        }

        _failure = SnapshotReplyReason.Unacceptable;
        SnapshotHeader header = SnapshotHeader.Read(_header);
        if (header.ClusterId != chunk.ClusterId)
        {
            throw new IOException(
                $"The snapshot up to index {chunk.LastIncludedIndex} that {chunk.From} has sent is of cluster '{header.ClusterId}', "
                + $"not of cluster '{chunk.ClusterId}'.");
        }

        if (header.Identity != chunk.Origin.Identity)
        {
            throw new IOException(
                $"The snapshot up to index {chunk.LastIncludedIndex} that {chunk.From} has sent is of a cluster with the identity "
                + $"{header.Identity}, and {chunk.From} belongs to {chunk.Origin.Identity}.");
        }

        _failure = SnapshotReplyReason.StoreFailed;
        _work?.Proceed(new Work(WorkKind.SnapshotCommit, LastIndex: chunk.LastIncludedIndex, Bytes: chunk.Length));
        SnapshotInfo info = await _writer!.CommitAsync(Stopping).ConfigureAwait(false);
        Stream content = await store.OpenReadAsync(info, Stopping).ConfigureAwait(false);
        await CloseWriterAsync().ConfigureAwait(false);
        received(new ReceivedSnapshot(IdentityOf(chunk), info, header, content));
    }

    private async ValueTask CloseWriterAsync()
    {
        (ISnapshotWriter? writer, _writer) = (_writer, null);
        _checksum?.Dispose();
        _checksum = null;
        await disposal.NowAsync(writer).ConfigureAwait(false); // the store cleans up the incomplete snapshot
    }
}
