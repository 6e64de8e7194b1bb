using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reads the chunks of snapshots that this leader sends to followers (InstallSnapshot, Figure 13): one <see cref="SnapshotSender"/> per
/// follower.
/// </summary>
internal sealed class SnapshotSenders(NodeContext context, LatestSnapshot latest, SnapshotDisposal disposal, CancellationToken stopping)
{
    private readonly List<SnapshotSender> _senders = []; // one per follower, and those that still read for an earlier leadership
    private readonly Dictionary<NodeId, RepeatedFailure> _failures = []; // one per follower for which a read has failed

    /// <summary>How many snapshots are open for sending.</summary>
    public int Count => _senders.Count;

    /// <summary>Reads the chunk that a follower needs.</summary>
    public void Load(in ChunkLoadRequest load)
    {
        if (context.Settings.SnapshotStore is not { } store)
        {
            context.Module.SnapshotChunkLoaded(in load, chunk: null, context.Now);
            return;
        }

        SnapshotSender sender = SenderFor(load.Follower, store);
        sender.IsLoading = true;
        // A store may block: never the worker.
        context.Settings.Scheduler.Schedule(new ChunkLoading(this, sender, load, latest.Info, Begin(load.Follower)), preferLocal: false);
    }

    /// <summary>Closes snapshots that have arrived, or that this node need not send any more. Called in each pass.</summary>
    public void CloseIdle()
    {
        for (int i = _senders.Count - 1; i >= 0; i--)
        {
            SnapshotSender sender = _senders[i];
            if (!sender.IsLoading && (sender.IsAbandoned || context.Module.SnapshotUnderWayTo(sender.Follower) is null))
            {
                _senders.RemoveAt(i);
                sender.Dispose();
            }
        }
    }

    /// <summary>The life ends: closes all of them.</summary>
    public void End()
    {
        foreach (SnapshotSender sender in _senders)
        {
            sender.IsAbandoned = true;
            if (!sender.IsLoading)
            {
                sender.Dispose(); // otherwise when the read under way returns and finds the mailbox closed
            }
        }

        _senders.Clear();
    }

    private SnapshotSender SenderFor(NodeId follower, ISnapshotStore store)
    {
        SnapshotSender? sender = _senders.Find(each => each.Follower == follower && !each.IsAbandoned);
        if (sender is { IsLoading: false })
        {
            return sender;
        }

        if (sender is not null)
        {
            sender.IsAbandoned = true; // it reads for an earlier leadership of this node
        }

        sender = new SnapshotSender(store, follower, disposal);
        _senders.Add(sender);
        return sender;
    }

    private StorageWork.OpenWork Begin(NodeId follower) => context.Storage.Begin(new Work(WorkKind.ChunkRead, Other: follower));

    private async Task LoadAsync(SnapshotSender sender, ChunkLoadRequest load, SnapshotInfo? snapshot, StorageWork.OpenWork work)
    {
        SnapshotChunk? chunk = null;
        Exception? failure = null;
        try
        {
            chunk = await sender.LoadAsync(load, snapshot, stopping).ConfigureAwait(false);
        }
        // Whatever keeps it from being read is reported; the leader tries again with the latest snapshot.
        catch (Exception exception)
        {
            failure = exception;
        }

        work.Dispose();
        if (!context.TryPost(new ChunkLoaded(this, sender, load, chunk, failure)))
        {
            sender.Dispose();
        }
    }

    private void OnLoaded(SnapshotSender sender, in ChunkLoadRequest load, in SnapshotChunk? chunk, Exception? failure)
    {
        sender.IsLoading = false;
        if (failure is not null)
        {
            sender.IsAbandoned = true;
            if (!context.Life.IsStopping)
            {
                FailuresOf(load.Follower).Occur(failure, context.Now);
                context.Metrics?.CountSnapshotFailure();
            }
        }
        else if (chunk is { } loaded && loaded.Offset + loaded.Data.Length == loaded.Length
            && _failures.TryGetValue(load.Follower, out RepeatedFailure? failures))
        {
            failures.End(context.Now); // the whole snapshot could be read
        }

        context.Module.SnapshotChunkLoaded(in load, chunk, context.Now);
    }

    private RepeatedFailure FailuresOf(NodeId follower)
    {
        if (!_failures.TryGetValue(follower, out RepeatedFailure? failures))
        {
            failures = new RepeatedFailure(
                (failure, reason) => context.Logger?.SnapshotUnreadable(follower, failure, reason),
                times => context.Logger?.FailureOver($"reads its snapshot for {follower} again", times));
            _failures.Add(follower, failures);
        }

        return failures;
    }

    private sealed class ChunkLoading(
        SnapshotSenders senders, SnapshotSender sender, ChunkLoadRequest load, SnapshotInfo? latest, StorageWork.OpenWork work)
        : IThreadPoolWorkItem
    {
        public void Execute() => _ = senders.LoadAsync(sender, load, latest, work);
    }

    private sealed class ChunkLoaded(
        SnapshotSenders senders, SnapshotSender sender, ChunkLoadRequest load, SnapshotChunk? chunk, Exception? failure) : NodeRequest
    {
        private bool _isTaken;

        public override void Execute()
        {
            _isTaken = true; // a life that ends later in this pass refuses this request as well, when the sender may read the next chunk
            senders.OnLoaded(sender, in load, in chunk, failure);
        }

        public override void Refuse(Exception reason)
        {
            if (!_isTaken)
            {
                sender.Dispose();
            }
        }
    }
}
