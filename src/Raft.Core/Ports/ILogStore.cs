namespace Raft;

/// <summary>What a log store holds when it is opened.</summary>
/// <param name="HardState">The term and vote; <c>default</c> in a new store.</param>
/// <param name="PreviousIndex">The index before the first entry; 0 unless the log was compacted.</param>
/// <param name="PreviousTerm">The term at that index.</param>
/// <param name="LastIndex">The last entry's index; <paramref name="PreviousIndex"/> if there is none.</param>
/// <param name="LastTerm">The last entry's term; <paramref name="PreviousTerm"/> if there is none.</param>
public readonly record struct LogState(HardState HardState, long PreviousIndex, long PreviousTerm, long LastIndex, long LastTerm);

/// <summary>One atomic write.</summary>
/// <param name="HardState">The new term and vote, or null to keep the stored ones.</param>
/// <param name="FirstIndex">The index of the first entry.</param>
/// <param name="Entries">
/// Entries that replace everything from <paramref name="FirstIndex"/> on: what stood behind them is gone. If empty, the
/// log stays as it is. The memory never changes, so a store may keep it instead of copying it.
/// </param>
public readonly record struct LogWrite(HardState? HardState, long FirstIndex, ReadOnlyMemory<LogEntry> Entries);

/// <summary>
/// Keeps a node's log, term and vote. Everything a node promises to others rests on it, so its contract is strict; it is
/// also short. One instance serves one node.
/// </summary>
/// <remarks>
/// <para><see cref="OpenAsync"/> comes first and <see cref="CloseAsync"/> last; after it the store may be opened again.
/// The node makes one call at a time, but does not wait for what a <see cref="WriteAsync"/> or <see cref="ReadAsync"/>
/// returned to complete before it makes the next.</para>
/// <para>No member blocks for long before it returns its task: the node's worker calls it.</para>
/// </remarks>
public interface ILogStore
{
    /// <summary>
    /// Whether its content is lost with the process. A node refuses to combine such a store with a transport that leaves
    /// the process, unless its options allow it. False unless said otherwise.
    /// </summary>
    bool IsVolatile => false;

    /// <summary>Opens the store, and creates it if there is none.</summary>
    /// <param name="clusterId">The cluster that it must belong to.</param>
    /// <param name="nodeId">The node that it must belong to.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>What it holds: a prefix of the writes of its last life, at least all that were reported durable.</returns>
    /// <exception cref="StorageCorruptedException">It belongs to another node or cluster, or durable data is missing or damaged.</exception>
    ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken);

    /// <summary>Reads consecutive entries that were written before, durable or not.</summary>
    /// <param name="firstIndex">The first index wanted.</param>
    /// <param name="maximumEntries">How many at most; 1 or more.</param>
    /// <param name="maximumBytes">How many payload bytes at most; one entry of any size is always given.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>At least one entry; none only if <paramref name="firstIndex"/> lies before or behind the log. They belong to the caller.</returns>
    ValueTask<IReadOnlyList<LogEntry>> ReadAsync(long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Writes. Writes take effect in the order of the calls, several may be under way, and a crash leaves a prefix of the
    /// calls: never a later one without all earlier ones, never half of one.
    /// </summary>
    /// <param name="write">The hard state and the suffix, to be stored in one atomic step.</param>
    /// <returns>
    /// Completes only when this write and all before it would survive a crash. If it fails, every later write fails too,
    /// and the node stops. There is no cancellation: a write that is half withdrawn helps nobody.
    /// </returns>
    ValueTask WriteAsync(LogWrite write);

    /// <summary>Drops every entry up to an index, which a snapshot has made superfluous. What stands behind stays.</summary>
    /// <param name="throughIndex">The last index to drop.</param>
    /// <returns>Completes when it is done; it need not be durable.</returns>
    ValueTask CompactAsync(long throughIndex);

    /// <summary>Replaces the whole log by an empty one that starts behind an installed snapshot.</summary>
    /// <param name="index">The last index that the snapshot includes.</param>
    /// <param name="term">Its term.</param>
    /// <returns>Completes when it is durable; ordered with the writes.</returns>
    ValueTask ResetAsync(long index, long term);

    /// <summary>Waits for the writes under way, and closes the store.</summary>
    /// <returns>Completes when it is closed.</returns>
    ValueTask CloseAsync();
}
