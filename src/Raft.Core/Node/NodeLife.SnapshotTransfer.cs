using Raft.Consensus;

namespace Raft;

/// <content>Snapshots on their way from a leader to a follower: InstallSnapshot, section 7 and Figure 13.</content>
internal sealed partial class NodeLife
{
    private readonly List<SnapshotSender> _snapshotSenders = [];
    private SnapshotReceiver? _snapshotReceiver;
    private SnapshotRestoration? _restoration;

    /// <summary>Reads the chunk that a follower needs.</summary>
    private void LoadChunk(in ChunkLoadRequest load)
    {
        if (_settings.SnapshotStore is not { } store)
        {
            _module.SnapshotChunkLoaded(in load, chunk: null, _now);
            return;
        }

        NodeId follower = load.Follower;
        SnapshotSender? sender = _snapshotSenders.Find(each => each.Follower == follower && !each.IsAbandoned);
        if (sender is { IsLoading: true })
        {
            sender.IsAbandoned = true; // it is at work for an earlier leadership of this node
            sender = null;
        }

        if (sender is null)
        {
            sender = new SnapshotSender(store, follower, _snapshotDisposal);
            _snapshotSenders.Add(sender);
        }

        sender.IsLoading = true;
        _settings.Scheduler.Schedule(new ChunkLoading(this, sender, load, _latestSnapshot), preferLocal: false); // a store may block: never the worker
    }

    private async Task LoadChunkAsync(SnapshotSender sender, ChunkLoadRequest load, SnapshotInfo? latest)
    {
        SnapshotChunk? chunk = null;
        Exception? failure = null;
        try
        {
            chunk = await sender.LoadAsync(load, latest, _interruptible.Token).ConfigureAwait(false);
        }
        // Whatever keeps it from being read is told; the leader tries again with the latest snapshot.
        catch (Exception exception)
        {
            failure = exception;
        }

        if (!TryPost(new ChunkLoaded(sender, load, chunk, failure)))
        {
            sender.Dispose();
        }
    }

    private void OnChunkLoaded(SnapshotSender sender, in ChunkLoadRequest load, in SnapshotChunk? chunk, Exception? failure)
    {
        sender.IsLoading = false;
        if (failure is not null)
        {
            sender.IsAbandoned = true;
            if (!_isStopping)
            {
                _logger?.SnapshotUnreadable(load.Follower, failure);
                _metrics?.CountSnapshotFailure();
            }
        }

        _module.SnapshotChunkLoaded(in load, chunk, _now);
    }

    /// <summary>Closes what nobody needs any more: snapshots that have arrived or are not to be sent by this node, and what was received in vain.</summary>
    private void CloseIdleTransfers()
    {
        for (int i = _snapshotSenders.Count - 1; i >= 0; i--)
        {
            SnapshotSender sender = _snapshotSenders[i];
            if (!sender.IsLoading && (sender.IsAbandoned || _module.SnapshotUnderWayTo(sender.Follower) is null))
            {
                _snapshotSenders.RemoveAt(i);
                sender.Dispose();
            }
        }

        if (_snapshotReceiver is { Snapshot: { } received } && _module.SnapshotBeingReceived != received)
        {
            _snapshotReceiver.Abandon();
        }
    }

    /// <summary>Stores a chunk that a leader has sent.</summary>
    private void StoreChunk(InstallSnapshotMessage chunk)
    {
        if (_settings.SnapshotStore is not { } store)
        {
            OnSnapshotRefused(new InvalidOperationException(
                $"Node {NodeId} has no snapshot store, and {chunk.From} no longer has the entries that it lacks: give it one, with UseSnapshotStore() or {nameof(RaftNodePorts)}.{nameof(RaftNodePorts.SnapshotStore)}."));
            TryPost(new ChunkStored(new SnapshotIdentity(chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Checksum), nextOffset: 0)); // not here, where the outputs are being carried out
            return;
        }

        if (_isStopping)
        {
            return; // the node would not be here for the rest of it
        }

        _snapshotReceiver ??= new SnapshotReceiver(
            store,
            _settings.Scheduler,
            _snapshotDisposal,
            (snapshot, nextOffset) => TryPost(new ChunkStored(snapshot, nextOffset)),
            OnSnapshotStored,
            failure => TryPost(new SnapshotRefused(failure)),
            Wake)
        {
            Stopping = _interruptible.Token,
        };
        _snapshotReceiver.Store(chunk);
    }

    /// <summary>Called by the receiver, on any thread.</summary>
    private void OnSnapshotStored(ReceivedSnapshot received)
    {
        if (!TryPost(new SnapshotArrived(this, received)))
        {
            _snapshotDisposal.Later(received.Content);
        }
    }

    private void OnSnapshotRefused(Exception failure)
    {
        if (!_isStopping)
        {
            _logger?.SnapshotRefused(failure);
            _metrics?.CountSnapshotFailure();
        }
    }

    /// <summary>A whole snapshot has arrived and is durable. If the log lacks what it stands for, the state machine is restored from it.</summary>
    private void OnSnapshotArrived(ReceivedSnapshot received)
    {
        SnapshotInfo info = received.Info;
        NoteLatest(in info);
        if (!_module.SnapshotReceived(received.Snapshot, received.Header.LastIncludedTime, _now))
        {
            _snapshotDisposal.Later(received.Content);
            return;
        }

        _logger?.SnapshotInstalled(info.LastIncludedIndex, info.LastIncludedTerm, info.Length);
        _metrics?.CountSnapshotInstalled();
        Restore(new SnapshotRestoration(received.Content, info, received.Header.LastIncludedTime, _snapshotDisposal));

        // Whoever still waits here proposed, as an earlier leader, what has been committed since and is applied by the snapshot.
        BatchOutcomes outcomes = _pending.FailUncommitted(
            static (_, _) => false,
            (index, term) => new OutcomeUnknownException(
                $"Node {NodeId} was brought up by a snapshot that includes index {index}: the proposal of term {term} there was applied if it was committed, and its result is not known here.", index, term),
            _resume ??= _sources.Resumes.Rent());
        _metrics?.CountProposals(in outcomes);
    }

    /// <summary>Goes on behind a snapshot: nothing before it is handed to the state machine any more.</summary>
    private void Restore(SnapshotRestoration restoration)
    {
        _handedOver = restoration.LastIncludedIndex;
        _loadedForApply = default;
        _restoration?.Abandon();
        _restoration = restoration;
    }

    /// <summary>Like everything that is applied, a snapshot is when this node's own log stands where it ends, durably.</summary>
    /// <returns>Whether the state machine is up to what was handed over, or will be before it is given anything more.</returns>
    private bool HandOverRestoration()
    {
        if (_restoration is { } restoration)
        {
            if (_module.DurableIndex < restoration.LastIncludedIndex)
            {
                return false;
            }

            _restoration = null;
            _applier.Post(restoration);
            WatchApplierAgain();
        }

        return true;
    }

    private void EndTransfers()
    {
        foreach (SnapshotSender sender in _snapshotSenders)
        {
            sender.IsAbandoned = true;
            if (!sender.IsLoading)
            {
                sender.Dispose(); // else when what is under way comes back and finds the mailbox closed
            }
        }

        _snapshotSenders.Clear();
        _restoration?.Abandon();
        _restoration = null;
        _snapshotReceiver?.Abandon();
    }

    private sealed class ChunkLoading(NodeLife life, SnapshotSender sender, ChunkLoadRequest load, SnapshotInfo? latest) : IThreadPoolWorkItem
    {
        public void Execute() => _ = life.LoadChunkAsync(sender, load, latest);
    }

    private sealed class ChunkLoaded(SnapshotSender sender, ChunkLoadRequest load, SnapshotChunk? chunk, Exception? failure) : NodeRequest
    {
        public override void Execute(NodeLife life) => life.OnChunkLoaded(sender, in load, in chunk, failure);

        public override void Refuse(Exception reason) => sender.Dispose();
    }

    private sealed class ChunkStored(SnapshotIdentity snapshot, long nextOffset) : NodeRequest
    {
        public override void Execute(NodeLife life) => life._module.SnapshotChunkStored(snapshot, nextOffset, life._now);

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }

    private sealed class SnapshotArrived(NodeLife owner, ReceivedSnapshot received) : NodeRequest
    {
        private ReceivedSnapshot? _received = received;

        public override void Execute(NodeLife life)
        {
            (ReceivedSnapshot? taken, _received) = (_received, null); // a life that ends later in this pass refuses this request as well
            life.OnSnapshotArrived(taken!);
        }

        public override void Refuse(Exception reason) => owner._snapshotDisposal.Later(_received?.Content);
    }

    private sealed class SnapshotRefused(Exception failure) : NodeRequest
    {
        public override void Execute(NodeLife life) => life.OnSnapshotRefused(failure);

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }
}
