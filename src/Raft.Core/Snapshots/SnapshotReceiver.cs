using System.Diagnostics.CodeAnalysis;
using Raft.Consensus;

namespace Raft;

/// <summary>A snapshot that came from a leader and is durable here.</summary>
/// <param name="Snapshot">Which it is.</param>
/// <param name="Info">What the store made of it.</param>
/// <param name="Header">What it says beside the state.</param>
/// <param name="Content">Its content, open.</param>
internal sealed record ReceivedSnapshot(SnapshotIdentity Snapshot, SnapshotInfo Info, SnapshotHeader Header, Stream Content);

/// <summary>
/// Stores the chunks of a snapshot that a leader sends, away from the node's worker, in order and one at a time. The
/// checksum over all of it is verified before the snapshot becomes visible.
/// </summary>
/// <param name="store">Where it is stored.</param>
/// <param name="scheduler">What runs it.</param>
/// <param name="disposal">Disposes the writers.</param>
/// <param name="stored">
/// Is told of each chunk that does not complete its snapshot: the next byte that is wanted, 0 if the snapshot has to come again.
/// </param>
/// <param name="received">Is told of the whole snapshot; disposes its content.</param>
/// <param name="failed">Is told why a snapshot could not be stored.</param>
/// <param name="idle">Called when nothing is being stored any more.</param>
[SuppressMessage("Design", "CA1001", Justification = "The checksum is disposed with the writer, at the end of each snapshot.")]
internal sealed class SnapshotReceiver(
    ISnapshotStore store, IScheduler scheduler, SnapshotDisposal disposal, Action<SnapshotIdentity, long> stored, Action<ReceivedSnapshot> received, Action<Exception> failed, Action idle) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly byte[] _trailer = new byte[SnapshotChecksum.Size];
    private InstallSnapshotMessage? _waiting; // at most one: the module asks for one at a time, and a new snapshot makes it void
    private bool _abandons;
    private bool _running;

    // Used by the drain only.
    private ISnapshotWriter? _writer;
    private SnapshotChecksum? _checksum;
    private ReadOnlyMemory<byte> _header;

    /// <summary>The snapshot of which chunks were given last; null if it was abandoned. Used by the node's worker.</summary>
    public SnapshotIdentity? Snapshot { get; private set; }

    /// <summary>Whether nothing is being stored.</summary>
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

    /// <summary>Gives up what is being stored. Set when the node stops.</summary>
    public CancellationToken Stopping { get; init; }

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
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    /// <summary>Nobody wants the snapshot any more. Called by the node's worker.</summary>
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
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    public void Execute() => _ = DrainAsync();

    private static SnapshotIdentity IdentityOf(InstallSnapshotMessage chunk) => new(chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Checksum);

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
            return _running = chunk is not null || abandons;
        }
    }

    private async ValueTask StoreAsync(InstallSnapshotMessage chunk)
    {
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
        // Whatever keeps it from being stored is told, and the leader sends it again.
        catch (Exception exception)
        {
            await CloseWriterAsync().ConfigureAwait(false);
            failed(exception);
        }

        stored(IdentityOf(chunk), 0);
    }

    /// <summary>The checksum at the end of the content is over all that stands before it; a chunk may end within it.</summary>
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
        UInt128 checksum = _checksum!.Finish();
        if (chunk.Length < SnapshotChecksum.Size || checksum != SnapshotChecksum.Read(_trailer) || checksum != chunk.Checksum)
        {
            throw new IOException($"The snapshot up to index {chunk.LastIncludedIndex} that {chunk.From} has sent does not have the checksum that it is said to have.");
        }

        SnapshotHeader header = SnapshotHeader.Read(_header);
        if (header.ClusterId != chunk.ClusterId)
        {
            throw new IOException($"The snapshot up to index {chunk.LastIncludedIndex} that {chunk.From} has sent is of cluster '{header.ClusterId}', and not of '{chunk.ClusterId}'.");
        }

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
        await disposal.NowAsync(writer).ConfigureAwait(false); // what it may leave behind is the store's to clean up
    }
}
