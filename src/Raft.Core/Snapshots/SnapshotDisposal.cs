namespace Raft;

/// <summary>
/// Disposes captures, and the streams and writers of snapshots. This is code of state machines and stores, which may block or throw. An
/// exception is logged, and affects neither the node nor other disposals.
/// </summary>
/// <param name="scheduler">Runs the disposals.</param>
/// <param name="clock">Says when an exception is logged again.</param>
/// <param name="logger">Logs exceptions; null for no log.</param>
internal sealed class SnapshotDisposal(IScheduler scheduler, IClock clock, NodeLogger? logger)
{
    private readonly Lock _lock = new();
    private readonly RepeatedFailure _failures = new(
        (failure, reason) => logger?.SnapshotNotClosed(failure, reason),
        failures => logger?.FailureOver("disposes captures, writers and streams of snapshots again", failures));

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
        if (unneeded is null)
        {
            return;
        }

        try
        {
            unneeded.Dispose();
            OnDisposed();
        }
        // Any exception is logged; nothing depends on the object any more.
        catch (Exception exception)
        {
            OnFailed(exception);
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
            OnDisposed();
        }
        // Any exception is logged; nothing depends on the object any more.
        catch (Exception exception)
        {
            OnFailed(exception);
        }
    }

    private void OnDisposed()
    {
        lock (_lock)
        {
            _failures.End(clock.Now);
        }
    }

    private void OnFailed(Exception exception)
    {
        lock (_lock)
        {
            _failures.Occur(exception, clock.Now);
        }
    }

    private sealed class Item(SnapshotDisposal disposal, IDisposable unneeded) : IThreadPoolWorkItem
    {
        public void Execute() => disposal.Now(unneeded);
    }
}
