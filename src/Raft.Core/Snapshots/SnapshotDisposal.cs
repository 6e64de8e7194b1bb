namespace Raft;

/// <summary>
/// Disposes captures, and the streams and writers of snapshots. This is code of state machines and stores, which may block or throw. An
/// exception is logged, and affects neither the node nor other disposals.
/// </summary>
/// <param name="scheduler">Runs the disposals.</param>
/// <param name="logger">Logs exceptions; null for no log.</param>
internal sealed class SnapshotDisposal(IScheduler scheduler, NodeLogger? logger)
{
    /// <summary>Disposes it in a separate work item. For the node's worker, and for code that holds a lock.</summary>
    public void Later(IDisposable? unneeded)
    {
        if (unneeded is not null)
        {
            scheduler.Schedule(new Item(this, unneeded), preferLocal: false);
        }
    }

    /// <summary>Disposes it immediately. For work that may block.</summary>
    public void Now(IDisposable? unneeded)
    {
        try
        {
            unneeded?.Dispose();
        }
        // Any exception is logged; nothing depends on the object any more.
        catch (Exception exception)
        {
            logger?.SnapshotNotClosed(exception);
        }
    }

    /// <summary>Disposes it immediately, and waits until it is disposed.</summary>
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
        // Any exception is logged; nothing depends on the object any more.
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
