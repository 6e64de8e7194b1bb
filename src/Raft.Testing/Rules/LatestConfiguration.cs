namespace Raft.Testing;

/// <summary>
/// Section 6: the configuration in effect is the latest in the log or, if the log has none, that of its snapshot: after truncation,
/// compaction, a restart and an installation alike.
/// </summary>
internal sealed class LatestConfiguration : ClusterRule
{
    public override string Name => "The latest configuration is in effect";

    public override string? OnQuiet(SimulatedNode node)
    {
        PublishedStatus status = node.Current!.PublishedStatus;
        LogImage log = node.Store.WrittenImage;
        if (!status.IsRunning || node.IsStopping || node.Store.HasFailed || node.Store.UnderWay > 0
            || status.LastIndex != log.Entries.LastIndex)
        {
            return null; // its log in memory is ahead of the store
        }

        return FindStale(node.Id, status.Configuration.Index, log);
    }

    /// <summary>What is wrong with the entry whose configuration a node follows, given its log; null if nothing is.</summary>
    internal static string? FindStale(NodeId node, long followed, LogImage log)
    {
        long latest = log.LatestConfiguration;
        return followed != latest && !log.HasUnknownConfiguration
            ? $"{node} follows the configuration of entry {followed}, and the latest in its log is that of entry {latest}."
            : log.HasUnknownConfiguration && followed == 0
            ? $"{node} follows the configuration of its options, and its log after {log.Entries.PreviousIndex} contains one."
            : null;
    }
}
