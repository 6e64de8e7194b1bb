using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reads the chunks of a snapshot for one follower, one at a time. It keeps the snapshot open from the first chunk to the last, so that a
/// later snapshot may replace it meanwhile.
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
    /// Whether its chunks are no longer needed. It is then disposed when the chunk that is being read is complete. Set and read
    /// by the node's worker.
    /// </summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Reads a chunk.</summary>
    /// <param name="load">The chunk to read.</param>
    /// <param name="latest">The latest snapshot; null if there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The chunk; null if the requested snapshot no longer exists, or there is no snapshot.</returns>
    /// <exception cref="Exception">An exception of the store.</exception>
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

        // Not pooled: it belongs to the message, and then to the follower.
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
    /// Opens the latest snapshot. If one of the same entries was both taken here and received, only the store knows which of
    /// the two it has kept: if one does not exist, the other does.
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
