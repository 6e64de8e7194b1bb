namespace Raft;

/// <summary>Reads entries that are no longer in memory from the log store. A failing read stops the node.</summary>
/// <param name="context">The node.</param>
/// <param name="ending">Cancelled at the very end, when no caller waits for a read any more.</param>
internal sealed class LogStoreReader(NodeContext context, CancellationToken ending)
{
    /// <summary>Reads entries.</summary>
    /// <returns>The entries, at least one unless the store no longer has them; null if the read failed or was cancelled.</returns>
    public async ValueTask<ReadOnlyMemory<LogEntry>?> ReadAsync(long firstIndex, int maximumEntries, long maximumBytes)
    {
        ILogStore store = context.Settings.LogStore;
        using StorageWork.OpenWork reading = context.Storage.Begin(new Work(WorkKind.LogRead, firstIndex));
        try
        {
            return await store.ReadAsync(firstIndex, maximumEntries, maximumBytes, ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return null;
        }
        // Any exception of the store stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            context.Fail(new NodeFailedException(
                $"The log store {store.GetType().Name} could not read entry {firstIndex}: {exception.Message.TrimEnd('.')}. "
                + "The node has stopped. Repair the store, then run the node again.",
                exception));
            return null;
        }
    }
}
