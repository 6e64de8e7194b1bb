namespace Raft;

/// <summary>Describes a snapshot.</summary>
/// <param name="LastIncludedIndex">The last entry of the log whose effect it contains (section 7).</param>
/// <param name="LastIncludedTerm">That entry's term.</param>
/// <param name="Header">The data that the node keeps in addition to the state, opaque to the store.</param>
/// <param name="Length">The number of bytes of its content, without the header.</param>
public readonly record struct SnapshotInfo(long LastIncludedIndex, long LastIncludedTerm, ReadOnlyMemory<byte> Header, long Length);

/// <summary>
/// Keeps a node's snapshots: the state of its state machine up to an index of the log, so that the log up to there need not be kept. One
/// instance serves one node. A log store may implement this interface as well.
/// </summary>
/// <remarks>
/// <para>The committed snapshot with the largest index is the valid one. Older ones may be removed, but not before it would
/// survive a crash. A stream that is open on an older one can still be read to its end.</para>
/// <para>A failing snapshot store does not stop the node, unlike a failing log store: the node tries again later, and its log grows
/// meanwhile.</para>
/// <para>All members may be called on any thread; several snapshots may be written and read at once.</para>
/// <para>The node's worker calls no members of the store or of its streams, so they may block their thread. That thread belongs to the
/// <see cref="IScheduler"/>, so do not block it for longer than a disk takes.</para>
/// </remarks>
public interface ISnapshotStore
{
    /// <summary>
    /// Whether its content is lost when the process ends. Default false. A node refuses to combine such a store with a durable log store:
    /// entries that the log has dropped would be lost.
    /// </summary>
    bool IsVolatile => false;

    /// <summary>Finds the committed snapshot with the largest index.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The snapshot; null if none was committed yet.</returns>
    ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken);

    /// <summary>Opens a committed snapshot for reading.</summary>
    /// <param name="snapshot">What <see cref="FindLatestAsync"/> or <see cref="ISnapshotWriter.CommitAsync"/> returned.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>Its content, as a seekable stream. The caller disposes it.</returns>
    /// <exception cref="IOException">It no longer exists because a later one has replaced it, or it cannot be read.</exception>
    ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken);

    /// <summary>Starts to write a snapshot, which becomes visible when it is committed.</summary>
    /// <param name="lastIncludedIndex">The last entry whose effect it contains.</param>
    /// <param name="lastIncludedTerm">That entry's term.</param>
    /// <param name="header">The value of <see cref="SnapshotInfo.Header"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The writer.</returns>
    ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken);
}

/// <summary>A snapshot that is being written. If it is disposed before it was committed, the snapshot is discarded.</summary>
public interface ISnapshotWriter : IAsyncDisposable
{
    /// <summary>The stream to write the content to.</summary>
    Stream Stream { get; }

    /// <summary>Makes the snapshot durable and visible, atomically even if the process ends meanwhile.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The committed snapshot. Completes only when it would survive a crash.</returns>
    ValueTask<SnapshotInfo> CommitAsync(CancellationToken cancellationToken);
}
