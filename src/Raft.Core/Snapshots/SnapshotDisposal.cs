namespace Raft;

/// <summary>
/// Disposes captures, and streams and writers of snapshots: code of state machines and stores, which may block or throw. Whatever it does
/// is told, and costs nothing but itself: neither the node nor what else is to be closed.
/// </summary>
/// <param name="scheduler">Runs it.</param>
/// <param name="logger">Is told of what does not end well; null for nobody.</param>
internal sealed class SnapshotDisposal(IScheduler scheduler, NodeLogger? logger)
{
    /// <summary>Disposes it on an item of its own. For the node's worker, and whoever holds a lock.</summary>
    public void Later(IDisposable? unneeded)
    {
        if (unneeded is not null)
        {
            scheduler.Schedule(new Item(this, unneeded), preferLocal: false);
        }
    }

    /// <summary>Disposes it on the spot. For work that may block anyway.</summary>
    public void Now(IDisposable? unneeded)
    {
        try
        {
            unneeded?.Dispose();
        }
        // Whatever it throws is told; nothing depends on it any more.
        catch (Exception exception)
        {
            logger?.SnapshotNotClosed(exception);
        }
    }

    /// <summary>Disposes it on the spot, as a part of work that may take its time.</summary>
    public async ValueTask NowAsync(IAsyncDisposable? unneeded)
    {
        if (unneeded is null)
        {
            return;
        }

        try
        {
            await unneeded.DisposeAsync().ConfigureAwait(false);
        }
        // Whatever it throws is told; nothing depends on it any more.
        catch (Exception exception)
        {
            logger?.SnapshotNotClosed(exception);
        }
    }

    private sealed class Item(SnapshotDisposal disposal, IDisposable unneeded) : IThreadPoolWorkItem
    {
        public void Execute() => disposal.Now(unneeded);
    }
}
