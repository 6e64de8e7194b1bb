namespace Raft.Testing;

/// <summary>Options of a node that differ from those of the others, in a way that a mistake in a file of settings makes.</summary>
internal static class OtherOptions
{
    /// <summary>Chooses what differs.</summary>
    /// <param name="intensity">From 0 to 1: which of the ways.</param>
    public static Action<RaftNodeOptions> Of(double intensity) => (int)(intensity * 5) switch
    {
        0 => static options =>
        {
            // shorter than the heartbeat interval of the others
            (options.MinimumElectionTimeout, options.MaximumElectionTimeout) =
                (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(28));
        },
        1 => static options =>
        {
            (options.MinimumElectionTimeout, options.MaximumElectionTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        },
        2 => static options => options.PreVote = !options.PreVote,
        3 => static options => (options.CheckQuorum, options.LeaderStickiness) = (!options.CheckQuorum, false),
        _ => static options => (options.MaximumMessageBytes, options.SnapshotChunkBytes, options.MaximumCommandBytes) = (150, 77, 1 << 10),
    };
}
