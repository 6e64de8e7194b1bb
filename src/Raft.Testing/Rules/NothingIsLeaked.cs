namespace Raft.Testing;

/// <summary>
/// A node that has done all that it can do keeps nothing of finished work: no read of the log store, no call of a handler that could
/// be answered, no wait for a condition unless it stops, and no sender of a snapshot unless it leads.
/// </summary>
internal sealed class NothingIsLeaked : ClusterRule
{
    public override string Name => "Nothing is leaked";

    public override string? OnQuiet(SimulatedNode node) => node.Current!.Footprint is { } footprint ? FindLeak(node, in footprint) : null;

    internal static string? FindLeak(SimulatedNode node, in NodeFootprint footprint)
    {
        if (footprint.StoreReads > node.Store.Reads)
        {
            return $"{node.Id} keeps {footprint.StoreReads} reads of its log store, and {node.Store.Reads} are under way.";
        }

        if (footprint.Conditions > (node.IsStopping ? 1 : 0))
        {
            return $"{node.Id} keeps {footprint.Conditions} waits for a condition; only a node that stops has one, and one at a time.";
        }

        bool isDiskIdle = node.Store.UnderWay == 0 && node.Store.Reads == 0; // an answer may have to wait for either
        if (isDiskIdle && footprint.HandlerCalls > 0)
        {
            return $"{node.Id} keeps {footprint.HandlerCalls} calls of its handlers, and nothing delays their answers.";
        }

        if (isDiskIdle && node.SideCalls.Pending > 0)
        {
            return $"{node.SideCalls.Pending} callers of {node.Id} wait for an answer, and nothing delays it.";
        }

        int followers = node.Raft.PublishedStatus.Role == RaftRole.Leader ? node.Options.Members.Count - 1 : 0;
        return footprint.SnapshotSenders > followers + node.Snapshots.Calls // a sender ends when its call has
            ? $"{node.Id} is {node.Raft.PublishedStatus.Role} and keeps {footprint.SnapshotSenders} senders of snapshots "
                + $"for {followers} followers."
            : null;
    }
}
