namespace Raft;

/// <summary>What a snapshot is of.</summary>
/// <param name="LastIncludedIndex">The last entry of the log whose effect it contains (section 7).</param>
/// <param name="LastIncludedTerm">That entry's term.</param>
/// <param name="Header">What the node keeps beside the state, opaque to the store.</param>
/// <param name="Length">The number of bytes of its content, without the header.</param>
public readonly record struct SnapshotInfo(long LastIncludedIndex, long LastIncludedTerm, ReadOnlyMemory<byte> Header, long Length);

/// <summary>
/// Keeps a node's snapshots: the state of its state machine up to an index of the log, so that the log before need not be
/// kept. One instance serves one node. A log store that implements this interface too keeps both.
/// </summary>
/// <remarks>
/// <para>Of all committed snapshots the one with the largest index counts; the others may be removed, and not before it
/// would survive a crash. Whoever has an older one open goes on reading it to its end.</para>
/// <para>Unlike a failing log store, a failing snapshot store does not stop the node: it tries again later, and its log
/// grows meanwhile.</para>
/// <para>All members may be called on any thread; several snapshots may be written and read at once.</para>
/// <para>The node's worker calls none of them, nor anything of the streams: they may block their thread, but it is one of the
/// <see cref="IScheduler"/>'s, so not for longer than a disk takes.</para>
/// </remarks>
public interface ISnapshotStore
{
    /// <summary>
    /// Whether its content is lost with the process. A node refuses to combine such a store with a log store that is not:
    /// the log would be cut off, and what it stood for be lost. False unless said otherwise.
    /// </summary>
    bool IsVolatile => false;

    /// <summary>Finds the committed snapshot with the largest index.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The snapshot; null if none was committed yet.</returns>
    ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken);

    /// <summary>Opens a committed snapshot for reading.</summary>
    /// <param name="snapshot">What <see cref="FindLatestAsync"/> or <see cref="ISnapshotWriter.CommitAsync"/> answered.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>Its content, as a stream that can seek; the caller disposes it.</returns>
    /// <exception cref="IOException">It is there no longer, since a later one has replaced it, or cannot be read.</exception>
    ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken);

    /// <summary>Begins to write a snapshot, which nobody sees before it is committed.</summary>
    /// <param name="lastIncludedIndex">The last entry whose effect it contains.</param>
    /// <param name="lastIncludedTerm">That entry's term.</param>
    /// <param name="header">What <see cref="SnapshotInfo.Header"/> will be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where to write it.</returns>
    ValueTask<ISnapshotWriter> CreateAsync(long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken);
}

/// <summary>A snapshot that is being written. Disposed before it was committed, it leaves nothing behind.</summary>
public interface ISnapshotWriter : IAsyncDisposable
{
    /// <summary>Where its content goes.</summary>
    Stream Stream { get; }

    /// <summary>Makes the snapshot durable and visible, both or neither, even if the process ends meanwhile.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was committed. Completes only when it would survive a crash.</returns>
    ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken);
}
