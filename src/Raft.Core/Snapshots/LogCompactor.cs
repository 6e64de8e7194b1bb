namespace Raft;

/// <summary>Drops the log that the latest snapshot covers, except for a tail: section 7, and dissertation, section 5.1.</summary>
internal sealed class LogCompactor(NodeContext context, SnapshotPolicy policy, LatestSnapshot latest, Applier applier)
{
    /// <summary>What keeps entries that may have made a difference between the states of nodes; null if nothing does.</summary>
    public StateComparison? States { get; init; }

    /// <summary>Compacts the log. What is not applied, committed and durable on this node is never dropped.</summary>
    public void Compact()
    {
        long through = policy.CompactThrough(latest.Index, NeededAfter());
        through = Math.Min(through, Math.Min(applier.AppliedIndex, Math.Min(context.Module.CommitIndex, context.Module.DurableIndex)));
        if (through >= context.Module.FirstIndex)
        {
            context.Module.Compact(through);
            _ = CompactStoreAsync(through);
        }
    }

    private long? NeededAfter() => (context.Module.NeededByTransfersAfter, States?.NeededAfter) switch
    {
        ({ } transfers, { } states) => Math.Min(transfers, states),
        (var transfers, var states) => transfers ?? states,
    };

    private async Task CompactStoreAsync(long throughIndex)
    {
        ILogStore store = context.Settings.LogStore;
        using StorageWork.OpenWork dropping = context.Storage.Begin(new Work(WorkKind.LogCompaction, LastIndex: throughIndex));
        try
        {
            await store.CompactAsync(throughIndex).ConfigureAwait(false);
        }
        // Whatever a store throws stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            context.Fail(new NodeFailedException(
                $"The log store {store.GetType().Name} could not drop the entries up to {throughIndex}, which a snapshot covers: "
                + $"{exception.Message.TrimEnd('.')}. The node has stopped. Repair the store, then run the node again.",
                exception));
        }
    }
}
