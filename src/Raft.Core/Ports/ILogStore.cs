namespace Raft;

/// <summary>The content of a log store when it is opened.</summary>
/// <param name="HardState">The term and vote; <c>default</c> in a new store.</param>
/// <param name="PreviousIndex">The index before the first entry; 0 unless the log was compacted.</param>
/// <param name="PreviousTerm">The term at that index.</param>
/// <param name="LastIndex">The last entry's index; <paramref name="PreviousIndex"/> if there is none.</param>
/// <param name="LastTerm">The last entry's term; <paramref name="PreviousTerm"/> if there is none.</param>
public readonly record struct LogState(HardState HardState, long PreviousIndex, long PreviousTerm, long LastIndex, long LastTerm)
{
    /// <summary>The commit index of the last write: a lower bound of what is committed. 0 in a new store.</summary>
    public long CommitIndex { get; init; }

    /// <summary>
    /// Identifies the store: a random id from its creation, and how often it was opened, both durable before
    /// <see cref="ILogStore.OpenAsync"/> returns. Null for a volatile store.
    /// </summary>
    public StoreIdentity? Store { get; init; }
}

/// <summary>One atomic write.</summary>
/// <param name="HardState">The new term and vote, or null to keep the stored ones.</param>
/// <param name="FirstIndex">The index of the first entry.</param>
/// <param name="Entries">
/// Entries that replace everything from <paramref name="FirstIndex"/> on, including later entries. If empty, the log is unchanged. The
/// memory never changes, so a store may keep it instead of copying it.
/// </param>
public readonly record struct LogWrite(HardState? HardState, long FirstIndex, ReadOnlyMemory<LogEntry> Entries)
{
    /// <summary>
    /// The node's commit index, to be stored with the rest and returned in <see cref="LogState.CommitIndex"/>. It never falls.
    /// </summary>
    public long CommitIndex { get; init; }
}

/// <summary>
/// Keeps a node's log, term and vote. Everything that a node promises to the others depends on it, so its contract is strict. One instance
/// serves one node.
/// </summary>
/// <remarks>
/// <para><see cref="OpenAsync"/> is called first and <see cref="CloseAsync"/> last; then the store may be opened again. The
/// node makes one call at a time, but does not wait until the task of a <see cref="WriteAsync"/> or <see cref="ReadAsync"/> has completed
/// before it makes the next call.</para>
/// <para>No member blocks for long before it returns its task: the node's worker calls it.</para>
/// <para>A store on a disk has traps. After a sync has failed, the pages in memory show data that the disk does not have, and the next sync
/// succeeds without writing them: after the first failure write nothing more, and do not take what is read then for durable, not even when
/// the store is opened again. The name of a file is durable only when its folder was synced. A disk may write the sectors of a file in any
/// order, so what a crash leaves need not be a prefix of the bytes. On Linux, <see cref="FileStream.Flush(bool)"/> and
/// <see cref="RandomAccess.FlushToDisk"/> return normally although the sync failed. A segment that is dropped must not take the only copy
/// of the term and the vote with it. <c>LogStoreContract</c> of the package Raft.Testing checks a store.</para>
/// </remarks>
public interface ILogStore
{
    /// <summary>
    /// Whether its content is lost when the process ends. Default false. A node refuses to combine such a store with a transport that
    /// leaves the process, unless <see cref="RaftNodeOptions.AllowVolatileStorage"/> is set.
    /// </summary>
    bool IsVolatile => false;

    /// <summary>Opens the store, and creates it if it does not exist.</summary>
    /// <param name="clusterId">The cluster that it must belong to.</param>
    /// <param name="nodeId">The node that it must belong to.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>
    /// The content: a prefix of the writes since it was last opened, with at least all writes that were reported as durable. The whole
    /// <see cref="HardState"/> belongs to it, with the identity of the cluster. A durable store also returns its
    /// <see cref="StoreIdentity"/>, and has counted this opening durably before it returns.
    /// </returns>
    /// <exception cref="StorageCorruptedException">
    /// It belongs to another node or cluster, or durable data is missing or damaged.
    /// </exception>
    ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken);

    /// <summary>Reads consecutive entries that were written before, durable or not.</summary>
    /// <param name="firstIndex">The first index wanted.</param>
    /// <param name="maximumEntries">The largest number of entries; 1 or more.</param>
    /// <param name="maximumBytes">The largest number of payload bytes. At least one entry is returned, whatever its size.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>
    /// At least one entry; none only if <paramref name="firstIndex"/> is before the first or after the last entry of the log.
    /// The memory never changes. A store that keeps entries on a disk verifies them first: a damaged one is never returned.
    /// </returns>
    /// <exception cref="StorageCorruptedException">What is stored there is damaged. The node stops.</exception>
    ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Writes. Writes take effect in the order of the calls, and several may be under way. A crash leaves a prefix of the calls: never a
    /// later one without all earlier ones, and never a part of one.
    /// </summary>
    /// <param name="write">The hard state and the suffix, which are stored in one atomic step.</param>
    /// <returns>
    /// Completes only when this write and all before it would survive a crash. If it fails, all later writes fail too, and the node
    /// stops. A write cannot be cancelled, since its effect would be unknown.
    /// </returns>
    ValueTask WriteAsync(LogWrite write);

    /// <summary>Drops all entries up to an index, which a snapshot covers. Later entries stay.</summary>
    /// <param name="throughIndex">The last index to drop.</param>
    /// <returns>Completes when it is done; it need not be durable.</returns>
    ValueTask CompactAsync(long throughIndex);

    /// <summary>Replaces the whole log by an empty one that starts after an installed snapshot.</summary>
    /// <param name="index">The last index that the snapshot includes.</param>
    /// <param name="term">Its term.</param>
    /// <returns>Completes when it is durable; ordered with the writes.</returns>
    ValueTask ResetAsync(long index, long term);

    /// <summary>Waits for the writes under way, and closes the store.</summary>
    /// <returns>Completes when it is closed.</returns>
    ValueTask CloseAsync();
}
