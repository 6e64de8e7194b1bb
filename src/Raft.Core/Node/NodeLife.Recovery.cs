using Raft.Consensus;

namespace Raft;

/// <content>What a life begins with: what the stores hold, and what the state machine has applied.</content>
internal sealed partial class NodeLife
{
    private const int EntriesPerRecoveryRead = 4_096;

    private DateTimeOffset _timeBefore; // of the last entry that the state machine has applied in an earlier life

    private sealed record StoredSnapshot(SnapshotInfo Info, SnapshotHeader Header);

    private async Task OpenAsync()
    {
        try
        {
            ILogStore store = _settings.LogStore;
            LogState state = await store.OpenAsync(_settings.ClusterId, NodeId, _interruptible.Token).ConfigureAwait(false);
            _isStoreOpen = true;
            StoredSnapshot? snapshot = await FindSnapshotAsync().ConfigureAwait(false);
            if (snapshot is not null)
            {
                state = await StartAfterAsync(snapshot.Info, state).ConfigureAwait(false);
            }

            DateTimeOffset previousTime = snapshot?.Info.LastIncludedIndex == state.PreviousIndex ? snapshot.Header.LastIncludedTime : default;
            (long appliedBefore, _timeBefore) = (Math.Max(_settings.StateMachine.AppliedIndex, AppliedIndex), previousTime);
            ConsensusModule module = new(_settings.Consensus, state.HardState, state.PreviousIndex, state.PreviousTerm, previousTime);
            while (module.LastIndex < state.LastIndex)
            {
                IReadOnlyList<LogEntry> entries = await store
                    .ReadAsync(module.LastIndex + 1, EntriesPerRecoveryRead, _settings.Consensus.MaximumCachedBytes, _interruptible.Token).ConfigureAwait(false);
                if (entries.Count == 0)
                {
                    throw new StorageCorruptedException($"The log store says that its log ends at {state.LastIndex}, but has no entry {module.LastIndex + 1}.");
                }

                CountApplied(module.LastIndex + 1, entries, appliedBefore, snapshot?.Info.LastIncludedIndex ?? 0);
                module.Recover([.. entries]);
            }

            await RecoverAppliedAsync(module, snapshot).ConfigureAwait(false);
            _module = module;
            PublishStatus();
            _board.PublishApplied(AppliedIndex); // after the commit index, which it never exceeds
            _isOpen = true;
        }
        // Whatever keeps the stores from opening keeps the node from running, with the exception as its reason.
        catch (Exception exception)
        {
            Volatile.Write(ref _openFailure, exception);
        }

        Wake();
    }

    /// <summary>
    /// What the state machine has applied in an earlier life is not handed over again, but makes the next snapshot due like all
    /// that stands behind the latest one; and the last entry of it says what time it is.
    /// </summary>
    private void CountApplied(long firstIndex, IReadOnlyList<LogEntry> entries, long applied, long snapshotIndex)
    {
        int first = (int)Math.Clamp(snapshotIndex + 1 - firstIndex, 0, entries.Count);
        int end = (int)Math.Clamp(applied + 1 - firstIndex, 0, entries.Count);
        _timeBefore = end > 0 ? entries[end - 1].Time : _timeBefore;
        for (int i = first; i < end; i++)
        {
            _snapshotPolicy.OnHandedOver(firstIndex + i, ReplicatedLog.EntryOverhead + entries[i].Data.Length);
        }
    }

    private async ValueTask<StoredSnapshot?> FindSnapshotAsync()
    {
        if (_settings.SnapshotStore is not { } store || await store.FindLatestAsync(_interruptible.Token).ConfigureAwait(false) is not { } latest)
        {
            return null;
        }

        SnapshotHeader header = SnapshotHeader.Read(latest.Header);
        if (header.ClusterId != _settings.ClusterId)
        {
            throw new StorageCorruptedException(
                $"The snapshot store holds the state of cluster '{header.ClusterId}', and node {NodeId} belongs to '{_settings.ClusterId}': its log would be thrown away for it. Give the node its own snapshot store, or an empty one.");
        }

        NoteLatest(in latest);
        return new StoredSnapshot(latest, header);
    }

    /// <summary>
    /// A crash may have come between a leader's snapshot and the log that begins anew behind it. If the log does not hold the
    /// snapshot's last entry, it begins anew now; the term first, since no log may end in one that its node has not reached.
    /// </summary>
    private async ValueTask<LogState> StartAfterAsync(SnapshotInfo snapshot, LogState state)
    {
        long index = snapshot.LastIncludedIndex;
        long term = snapshot.LastIncludedTerm;
        if (index < state.PreviousIndex || await StoredTermAsync(index, in state).ConfigureAwait(false) == term)
        {
            return state;
        }

        HardState hardState = state.HardState.Term >= term ? state.HardState : new HardState(term, VotedFor: null);
        if (hardState != state.HardState)
        {
            await _settings.LogStore.WriteAsync(new LogWrite(hardState, index + 1, default)).ConfigureAwait(false);
        }

        await _settings.LogStore.ResetAsync(index, term).ConfigureAwait(false);
        return new LogState(hardState, index, term, index, term);
    }

    /// <returns>The term of an entry in the log store; -1 if the log ends before it.</returns>
    private ValueTask<long> StoredTermAsync(long index, in LogState state)
    {
        return index == state.PreviousIndex ? ValueTask.FromResult(state.PreviousTerm)
            : index > state.LastIndex ? ValueTask.FromResult(-1L)
            : ReadAsync();

        async ValueTask<long> ReadAsync()
        {
            IReadOnlyList<LogEntry> entries = await _settings.LogStore.ReadAsync(index, 1, long.MaxValue, _interruptible.Token).ConfigureAwait(false);
            return entries.Count == 0 ? throw new StorageCorruptedException($"The log store has no entry {index}, though its log is said to hold it.") : entries[0].Term;
        }
    }

    /// <summary>The state machine goes on from where it is, or from the latest snapshot if that is further.</summary>
    private async ValueTask RecoverAppliedAsync(ConsensusModule module, StoredSnapshot? snapshot)
    {
        long applied = Math.Max(_settings.StateMachine.AppliedIndex, AppliedIndex);
        if (applied > module.LastIndex)
        {
            throw new StorageCorruptedException(
                $"The state machine {_settings.StateMachine.GetType().Name} has applied entries up to {applied}, but the log ends at {module.LastIndex}: the log was lost. Restore it, or start with an empty state machine.");
        }

        long snapshotIndex = snapshot?.Info.LastIncludedIndex ?? 0;
        if (Math.Max(applied, snapshotIndex) < module.FirstIndex - 1)
        {
            throw new StorageCorruptedException(
                $"The log begins at {module.FirstIndex}, but the state machine {_settings.StateMachine.GetType().Name} has applied entries up to {applied} only, and the latest snapshot includes those up to {snapshotIndex}: what lies between is gone. Restore the snapshots or the state machine's own data from a copy. Without one, empty both and the log store, and start the node again while all others run: its leader sends it everything.");
        }

        module.RecoverCommit(Math.Max(applied, snapshotIndex));
        _handedOver = applied;
        _applier.StartAfter(applied, _timeBefore);
        if (snapshotIndex > applied)
        {
            Stream content = await _settings.SnapshotStore!.OpenReadAsync(snapshot!.Info, _interruptible.Token).ConfigureAwait(false);
            Restore(new SnapshotRestoration(content, snapshot.Info, snapshot.Header.LastIncludedTime, _snapshotDisposal));
        }
    }
}
