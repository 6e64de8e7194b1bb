namespace Raft.Testing;

/// <summary>Options of a node that differ from those of the others, in a way that a mistake in a file of settings makes.</summary>
internal static class OtherOptions
{
    private static readonly Action<RaftNodeOptions>[] Ways =
    [
        static options => SetTimeouts(options, 20, 28), // shorter than the heartbeat interval of the others
        static options => SetTimeouts(options, 1_000, 2_000),
        static options => options.PreVote = !options.PreVote,
        static options => (options.CheckQuorum, options.LeaderStickiness) = (!options.CheckQuorum, false),
        static options => (options.MaximumMessageBytes, options.SnapshotChunkBytes, options.MaximumCommandBytes) = (150, 77, 1 << 10),
    ];

    /// <summary>Chooses what differs.</summary>
    /// <param name="intensity">From 0 to 1: which of the ways.</param>
    public static Action<RaftNodeOptions> Of(double intensity) => Ways[Math.Min((int)(intensity * Ways.Length), Ways.Length - 1)];

    private static void SetTimeouts(RaftNodeOptions options, int minimum, int maximum)
    {
        options.MinimumElectionTimeout = TimeSpan.FromMilliseconds(minimum);
        options.MaximumElectionTimeout = TimeSpan.FromMilliseconds(maximum);
    }
}
