using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reads chunks of a snapshot for one follower. Keeps the snapshot open from the first chunk to the last, so that a later one
/// may replace it meanwhile. One chunk is read at a time.
/// </summary>
internal sealed class SnapshotSender(ISnapshotStore store, NodeId follower, SnapshotDisposal disposal) : IDisposable
{
    private Stream? _content;
    private SnapshotInfo _info;
    private SnapshotIdentity _snapshot;

    public NodeId Follower => follower;

    /// <summary>Whether a chunk is being read. Set and read by the node's worker.</summary>
    public bool IsLoading { get; set; }

    /// <summary>
    /// Whether nobody wants its chunks any more: it is disposed when the one under way is read. Set and read by the node's worker.
    /// </summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Reads a chunk.</summary>
    /// <param name="load">Which.</param>
    /// <param name="latest">The latest snapshot that there is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The chunk; null if the snapshot that was asked for is there no longer, or none is.</returns>
    /// <exception cref="Exception">Whatever the store throws.</exception>
    public async ValueTask<SnapshotChunk?> LoadAsync(ChunkLoadRequest load, SnapshotInfo? latest, CancellationToken cancellationToken)
    {
        if (_content is null || load.Snapshot is null)
        {
            Dispose();
            if (latest is not { } snapshot)
            {
                return null;
            }

            await OpenLatestAsync(snapshot, cancellationToken).ConfigureAwait(false);
        }

        if ((load.Snapshot ?? _snapshot) != _snapshot || load.Offset >= _info.Length)
        {
            return null;
        }

        // It belongs to the message, and so to the follower.
        byte[] data = new byte[Math.Min(load.MaximumBytes, _info.Length - load.Offset)];
        _content!.Position = load.Offset;
        await _content.ReadExactlyAsync(data, cancellationToken).ConfigureAwait(false);
        return new SnapshotChunk(_snapshot, _info.Length, load.Offset, load.Offset == 0 ? _info.Header : default, data);
    }

    public void Dispose()
    {
        disposal.Later(_content);
        _content = null;
    }

    /// <summary>
    /// Of two snapshots of the same entries, taken here and received, nobody but the store knows which it has kept: if the one is not
    /// there, there is the other.
    /// </summary>
    private async ValueTask OpenLatestAsync(SnapshotInfo latest, CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(latest, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            SnapshotInfo? found = await store.FindLatestAsync(cancellationToken).ConfigureAwait(false);
            if (found is not { } other || other == latest || other.LastIncludedIndex < latest.LastIncludedIndex)
            {
                throw;
            }

            await OpenAsync(other, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask OpenAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        Stream content = await store.OpenReadAsync(snapshot, cancellationToken).ConfigureAwait(false);
        try
        {
            UInt128 checksum = await SnapshotVerification.ReadChecksumAsync(content, snapshot, cancellationToken).ConfigureAwait(false);
            _snapshot = new SnapshotIdentity(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, checksum);
            _info = snapshot;
        }
        catch
        {
            disposal.Now(content);
            throw;
        }

        _content = content;
    }
}
