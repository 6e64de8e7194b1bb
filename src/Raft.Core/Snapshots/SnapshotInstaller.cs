using Raft.Consensus;

namespace Raft;

/// <summary>
/// Installs the snapshot that a leader sends to this node (InstallSnapshot, section 7 and Figure 13): has its chunks stored, and once
/// all of it is durable and verified, has the state machine restored from it.
/// </summary>
internal sealed class SnapshotInstaller(
    NodeContext context,
    LatestSnapshot latest,
    CommitPipeline pipeline,
    PendingProposals pending,
    SnapshotDisposal disposal,
    CancellationToken stopping)
{
    private readonly RepeatedFailure _refusals = new(
        (failure, reason) => context.Logger?.SnapshotRefused(failure, reason),
        failures => context.Logger?.FailureOver("stores its leader's snapshots again", failures));

    private SnapshotReceiver? _receiver;

    /// <summary>Whether nothing is being stored.</summary>
    public bool IsIdle => _receiver is not { IsIdle: false };

    /// <summary>Stores a chunk that a leader has sent.</summary>
    public void Store(InstallSnapshotMessage chunk)
    {
        if (context.Settings.SnapshotStore is not { } store)
        {
            // Posted, since the outputs are being carried out now.
            OnChunkRefused(
                new SnapshotIdentity(chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Checksum),
                SnapshotReplyReason.NoStore,
                new InvalidOperationException(
                    $"Node {context.NodeId} has no snapshot store, and {chunk.From} no longer has the entries that it lacks: give it one, "
                    + $"with UseSnapshotStore() or {nameof(RaftNodePorts)}.{nameof(RaftNodePorts.SnapshotStore)}."));
        }
        else if (!context.Life.IsStopping) // otherwise the node would not be here for the rest of it
        {
            _receiver ??= CreateReceiver(store);
            _receiver.Store(chunk);
        }
    }

    /// <summary>Abandons what was stored of a snapshot that the module does not want any more. Called in each pass.</summary>
    public void AbandonObsolete()
    {
        if (_receiver is { Snapshot: { } received } && context.Module.SnapshotBeingReceived != received)
        {
            _receiver.Abandon();
        }
    }

    /// <summary>Abandons what was stored so far.</summary>
    public void Abandon() => _receiver?.Abandon();

    private SnapshotReceiver CreateReceiver(ISnapshotStore store) => new(
        store,
        context.Settings.Scheduler,
        disposal,
        OnChunkStored,
        OnSnapshotStored,
        OnChunkRefused,
        context.Wake)
    {
        Stopping = stopping,
        Storage = context.Storage,
    };

    private void OnChunkStored(SnapshotIdentity snapshot, long nextOffset) =>
        context.Report(() => context.Module.SnapshotChunkStored(snapshot, nextOffset, context.Now));

    /// <summary>Called by the receiver, on any thread.</summary>
    private void OnSnapshotStored(ReceivedSnapshot received)
    {
        if (!context.TryPost(new SnapshotArrived(this, received)))
        {
            disposal.Later(received.Content);
        }
    }

    /// <summary>Called by the receiver, on any thread.</summary>
    private void OnChunkRefused(SnapshotIdentity snapshot, SnapshotReplyReason reason, Exception? failure) => context.Report(() =>
    {
        if (failure is not null && !context.Life.IsStopping)
        {
            _refusals.Occur(failure, context.Now);
            context.Metrics?.CountSnapshotFailure();
        }

        context.Module.SnapshotChunkStored(snapshot, nextOffset: 0, context.Now, reason);
    });

    /// <summary>
    /// A whole snapshot has arrived and is durable. If the log lacks what it covers, the state machine is restored from it.
    /// </summary>
    private void OnArrived(ReceivedSnapshot received)
    {
        _refusals.End(context.Now);
        SnapshotInfo info = received.Info;
        latest.Record(in info);
        SnapshotHeader header = received.Header;
        if (!context.Module.SnapshotReceived(received.Snapshot, header.LastIncludedTime, context.Now, header.Configuration))
        {
            disposal.Later(received.Content);
            return;
        }

        context.Logger?.SnapshotInstalled(info.LastIncludedIndex, info.LastIncludedTerm, info.Length);
        context.Metrics?.CountSnapshotInstalled();
        pipeline.Restore(
            new SnapshotRestoration(received.Content, info, received.Header.LastIncludedTime, disposal, context.Settings.Clock));

        // Callers that still wait here proposed as an earlier leader. The snapshot covers what has been committed of that.
        BatchOutcomes outcomes = pending.FailAll(
            (index, term) => new OutcomeUnknownException(
                $"Node {context.NodeId} was restored from a snapshot that includes index {index}: "
                + $"the proposal of term {term} there was applied if it was committed, and its result is not known here.",
                index,
                term),
            context.Answers.Batch);
        context.Metrics?.CountProposals(in outcomes);
    }

    private sealed class SnapshotArrived(SnapshotInstaller installer, ReceivedSnapshot received) : NodeRequest
    {
        private ReceivedSnapshot? _received = received;

        public override void Execute()
        {
            (ReceivedSnapshot? taken, _received) = (_received, null); // a life that ends later in this pass refuses this request as well
            installer.OnArrived(taken!);
        }

        public override void Refuse(Exception reason) => installer.DisposeLater(_received);
    }

    private void DisposeLater(ReceivedSnapshot? received) => disposal.Later(received?.Content);
}
