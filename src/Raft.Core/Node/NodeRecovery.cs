using Raft.Consensus;

namespace Raft;

/// <summary>What a node continues from.</summary>
/// <param name="Module">The module, with the log that the store holds.</param>
/// <param name="AppliedIndex">What the state machine contains already.</param>
/// <param name="AppliedTime">The time of that entry.</param>
/// <param name="Restoration">The snapshot to restore the state machine from; null if it contains as much already.</param>
internal sealed record RecoveredNode(
    ConsensusModule Module, long AppliedIndex, DateTimeOffset AppliedTime, SnapshotRestoration? Restoration);

/// <summary>Recovers a node from what its stores hold and its state machine has applied in an earlier life.</summary>
internal sealed class NodeRecovery(
    NodeSettings settings,
    SnapshotPolicy snapshotPolicy,
    LatestSnapshot latest,
    SnapshotDisposal disposal,
    long appliedBefore,
    StartWatch watch,
    CancellationToken stopping)
{
    private const int EntriesPerRead = 4_096;

    private DateTimeOffset _appliedTime; // of the last entry that the state machine has applied in an earlier life

    private sealed record StoredSnapshot(SnapshotInfo Info, SnapshotHeader Header);

    private long AppliedBefore => Math.Max(settings.StateMachine.AppliedIndex, appliedBefore);

    /// <summary>Reads the log and the latest snapshot.</summary>
    /// <param name="state">What the log store reports that it holds.</param>
    /// <returns>The recovered node.</returns>
    /// <exception cref="StorageCorruptedException">What the stores hold does not fit together.</exception>
    public async ValueTask<RecoveredNode> RecoverAsync(LogState state)
    {
        StoredSnapshot? snapshot = await FindSnapshotAsync().ConfigureAwait(false);
        state = await SettleIdentityAsync(state, snapshot).ConfigureAwait(false);
        if (snapshot is not null)
        {
            state = await RestartLogAfterAsync(snapshot.Info, state).ConfigureAwait(false);
        }

        DateTimeOffset previousTime = snapshot?.Info.LastIncludedIndex == state.PreviousIndex ? snapshot.Header.LastIncludedTime : default;
        ClusterConfiguration? configuration =
            snapshot?.Info.LastIncludedIndex >= state.PreviousIndex ? snapshot.Header.Configuration : null;
        ConsensusModule module = new(
            settings.Consensus, state.HardState, state.PreviousIndex, state.PreviousTerm, previousTime, configuration, state.Store);
        _appliedTime = previousTime;
        await ReadLogAsync(module, state.LastIndex, snapshot?.Info.LastIncludedIndex ?? 0).ConfigureAwait(false);
        RecoverCommit(module, state.CommitIndex);
        return await RecoverAppliedAsync(module, snapshot).ConfigureAwait(false);
    }

    /// <summary>The store keeps which cluster it belongs to, durably before the node says or acknowledges anything.</summary>
    private async ValueTask<LogState> SettleIdentityAsync(LogState state, StoredSnapshot? snapshot)
    {
        HardState hardState = FirstStartRules.Decide(settings, in state, snapshot?.Header);
        if (snapshot is not null && hardState.Identity is { } identity && snapshot.Header.Identity != identity)
        {
            throw new StorageCorruptedException(
                $"The snapshot store holds the state of a cluster with the identity {snapshot.Header.Identity}, and the log store of node "
                + $"{settings.NodeId} belongs to {identity}: the two are not of the same node. Give the node its own stores.");
        }

        if (hardState != state.HardState)
        {
            watch.Begin(new Work(WorkKind.LogWrite));
            await settings.LogStore.WriteAsync(new LogWrite(hardState, state.LastIndex + 1, default)).ConfigureAwait(false);
        }

        return state with { HardState = hardState };
    }

    private async ValueTask<StoredSnapshot?> FindSnapshotAsync()
    {
        if (settings.SnapshotStore is not { } store)
        {
            return null;
        }

        watch.Begin(new Work(WorkKind.SnapshotSearch));
        if (await store.FindLatestAsync(stopping).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        SnapshotHeader header = SnapshotHeader.Read(found.Header);
        if (header.ClusterId != settings.ClusterId)
        {
            throw new StorageCorruptedException(
                $"The snapshot store holds the state of cluster '{header.ClusterId}', and node {settings.NodeId} belongs to "
                + $"'{settings.ClusterId}': its log would be discarded for it. Give the node its own snapshot store, or an empty one.");
        }

        latest.Record(in found);
        return new StoredSnapshot(found, header);
    }

    /// <summary>
    /// A crash may have come between installing a leader's snapshot and restarting the log after it. If the log does not hold the
    /// snapshot's last entry, it restarts now. The term is written first, since no log may end in a term that its node has not reached.
    /// </summary>
    private async ValueTask<LogState> RestartLogAfterAsync(SnapshotInfo snapshot, LogState state)
    {
        long index = snapshot.LastIncludedIndex;
        long term = snapshot.LastIncludedTerm;
        if (index < state.PreviousIndex || await StoredTermAsync(index, state).ConfigureAwait(false) == term)
        {
            return state;
        }

        watch.Begin(new Work(WorkKind.LogWrite));
        HardState hardState = state.HardState.Term >= term ? state.HardState : state.HardState with { Term = term, VotedFor = null };
        if (hardState != state.HardState)
        {
            await settings.LogStore.WriteAsync(new LogWrite(hardState, index + 1, default)).ConfigureAwait(false);
        }

        await settings.LogStore.ResetAsync(index, term).ConfigureAwait(false);
        return new LogState(hardState, index, term, index, term) { CommitIndex = state.CommitIndex, Store = state.Store };
    }

    /// <returns>The term of an entry in the log store; -1 if the log ends before it.</returns>
    private async ValueTask<long> StoredTermAsync(long index, LogState state)
    {
        if (index == state.PreviousIndex)
        {
            return state.PreviousTerm;
        }

        if (index > state.LastIndex)
        {
            return -1;
        }

        watch.Begin(new Work(WorkKind.LogRead, FirstIndex: index));
        ReadOnlyMemory<LogEntry> entries = await settings.LogStore.ReadAsync(index, 1, long.MaxValue, stopping).ConfigureAwait(false);
        return entries.IsEmpty ? throw MissingEntry(index, state.LastIndex) : entries.Span[0].Term;
    }

    private async ValueTask ReadLogAsync(ConsensusModule module, long lastIndex, long snapshotIndex)
    {
        while (module.LastIndex < lastIndex)
        {
            long first = module.LastIndex + 1;
            watch.Begin(new Work(WorkKind.LogRead, FirstIndex: first));
            ReadOnlyMemory<LogEntry> entries = await settings.LogStore
                .ReadAsync(first, EntriesPerRead, settings.Consensus.MaximumCachedBytes, stopping).ConfigureAwait(false);
            if (entries.IsEmpty)
            {
                throw MissingEntry(first, lastIndex);
            }

            CountApplied(first, entries.Span, snapshotIndex);
            module.Recover(entries.Span);
        }
    }

    private static StorageCorruptedException MissingEntry(long index, long lastIndex) => new(
        $"The log store reports that its log ends at {lastIndex}, but has no entry {index}. Restore it from a copy, "
        + "or start the node with empty stores while the others run: its leader sends it everything.");

    /// <summary>
    /// An entry is committed only once this node has it, and the commit index is written after it: the log reaches that far.
    /// </summary>
    private void RecoverCommit(ConsensusModule module, long commitIndex)
    {
        if (commitIndex > module.LastIndex)
        {
            throw new StorageCorruptedException(
                $"The log store of node {settings.NodeId} says that entries up to {commitIndex} are committed, but its log ends at "
                + $"{module.LastIndex}: it has lost entries. Restore it from a copy. Without one, empty the node's stores and start it "
                + $"with {nameof(RaftNodeOptions.FirstStart)} {nameof(FirstStart.Join)} while all others run: its leader sends it "
                + "everything.");
        }

        module.RecoverCommit(commitIndex);
    }

    /// <summary>
    /// What the state machine has applied in an earlier life is not handed over again. But it makes the next snapshot due like all that
    /// comes after the latest one, and its last entry is the newest time that the state machine has seen.
    /// </summary>
    private void CountApplied(long firstIndex, ReadOnlySpan<LogEntry> entries, long snapshotIndex)
    {
        int first = (int)Math.Clamp(snapshotIndex + 1 - firstIndex, 0, entries.Length);
        int end = (int)Math.Clamp(AppliedBefore + 1 - firstIndex, 0, entries.Length);
        _appliedTime = end > 0 ? entries[end - 1].Time : _appliedTime;
        for (int i = first; i < end; i++)
        {
            snapshotPolicy.OnHandedOver(firstIndex + i, ReplicatedLog.EntryOverhead + entries[i].Data.Length);
        }
    }

    /// <summary>The state machine continues from where it is, or from the latest snapshot if that is further.</summary>
    private async ValueTask<RecoveredNode> RecoverAppliedAsync(ConsensusModule module, StoredSnapshot? snapshot)
    {
        long applied = AppliedBefore;
        string machine = settings.StateMachine.GetType().Name;
        if (applied > module.LastIndex)
        {
            throw new StorageCorruptedException(
                $"The state machine {machine} has applied entries up to {applied}, but the log ends at {module.LastIndex}: the log was "
                + "lost. Restore it, or start with an empty state machine.");
        }

        long snapshotIndex = snapshot?.Info.LastIncludedIndex ?? 0;
        if (Math.Max(applied, snapshotIndex) < module.FirstIndex - 1)
        {
            throw new StorageCorruptedException(
                $"The log begins at {module.FirstIndex}, but the state machine {machine} has applied entries up to {applied} only, and the "
                + $"latest snapshot includes those up to {snapshotIndex}: the entries between are gone. Restore the snapshots or the state "
                + "machine's own data from a copy. Without one, empty both and the log store, and start the node again while all others "
                + "run: its leader sends it everything.");
        }

        module.RecoverCommit(Math.Max(applied, snapshotIndex));
        return new RecoveredNode(module, applied, _appliedTime, await OpenAsync(snapshot, applied).ConfigureAwait(false));
    }

    private async ValueTask<SnapshotRestoration?> OpenAsync(StoredSnapshot? snapshot, long applied)
    {
        if (snapshot is null || snapshot.Info.LastIncludedIndex <= applied)
        {
            return null;
        }

        watch.Begin(new Work(WorkKind.SnapshotOpening, LastIndex: snapshot.Info.LastIncludedIndex));
        Stream content = await settings.SnapshotStore!.OpenReadAsync(snapshot.Info, stopping).ConfigureAwait(false);
        return new SnapshotRestoration(content, snapshot.Info, snapshot.Header.LastIncludedTime, disposal, settings.Clock);
    }
}
