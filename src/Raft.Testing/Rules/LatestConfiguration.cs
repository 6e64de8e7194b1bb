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

        long latest = log.LatestConfiguration;
        return status.Configuration.Index != latest && !log.HasUnknownConfiguration
            ? $"{node.Id} follows the configuration of entry {status.Configuration.Index}, and the latest in its log is that of entry "
                + $"{latest}."
            : log.HasUnknownConfiguration && status.Configuration.Index == 0
            ? $"{node.Id} follows the configuration of its options, and its log after {log.Entries.PreviousIndex} contains one."
            : null;
    }
}
