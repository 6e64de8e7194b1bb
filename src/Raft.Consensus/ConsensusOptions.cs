namespace Raft.Consensus;

/// <summary>The settings of one <see cref="ConsensusModule"/>. They must not change once the module is made.</summary>
public sealed class ConsensusOptions
{
    /// <summary>The module's node.</summary>
    public required NodeId NodeId { get; init; }

    /// <summary>The cluster's name, which every message carries.</summary>
    public string ClusterId { get; init; } = "raft";

    /// <summary>
    /// The configuration that counts until the log has one, with this node as a member; null if the node joins a cluster that exists.
    /// </summary>
    public required ClusterConfiguration? InitialConfiguration { get; init; }

    /// <summary>A digest of the options that should be the same on all members; 0, the default, to compare none.</summary>
    public ulong OptionsDigest { get; init; }

    /// <summary>The options that <see cref="OptionsDigest"/> is about, with their values, for members that ask. At most 64.</summary>
    public IReadOnlyList<SetupValue> Setup { get; init; } = [];

    /// <summary>
    /// How far the time of an entry may be from the time that the clocks of a majority of the voters have reached. Default 10 s.
    /// </summary>
    public TimeSpan MaximumClockAhead { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The smallest term to start in; the larger of it and the stored term is used. Default 0.</summary>
    public long InitialTerm { get; init; }

    /// <summary>
    /// The shortest randomized election timeout (section 5.2), and how long voters stick to a leader after its last message. Default
    /// 1 s.
    /// </summary>
    public TimeSpan MinimumElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest randomized election timeout, at most a day. Default 3 s.</summary>
    public TimeSpan MaximumElectionTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest time that a leader sends a follower nothing. Default 200 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long a leader waits for entries to carry a new commit index to a follower before it sends the commit index alone. Default
    /// zero: it does not wait. At most <see cref="HeartbeatInterval"/>. A short wait saves two messages per proposal in a steady flow.
    /// </summary>
    public TimeSpan CommitNoticeDelay { get; init; }

    /// <summary>
    /// Heartbeats are sent at multiples of this time, counted from where the clock starts, so that leaders that share a clock wake
    /// their process together. A heartbeat is early by less than this time. Below <see cref="HeartbeatInterval"/>. Default zero: each is
    /// sent at the end of its interval.
    /// </summary>
    public TimeSpan HeartbeatAlignment { get; init; }

    /// <summary>Whether a node asks for pre-votes before it raises its term (dissertation, section 9.6). Default true.</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>
    /// Whether a leader steps down when no quorum answers it for <see cref="MinimumElectionTimeout"/> (dissertation, section 6.2).
    /// Default true.
    /// </summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>
    /// Whether vote requests are refused for <see cref="MinimumElectionTimeout"/> after the leader's last message (section 6, end).
    /// Default true; has no effect without <see cref="CheckQuorum"/>.
    /// </summary>
    public bool LeaderStickiness { get; init; } = true;

    /// <summary>
    /// The largest number of bytes of entries in one AppendEntries; each entry counts its payload and 32 bytes more. A single larger
    /// entry is sent alone. Default 1 MiB.
    /// </summary>
    public long MaximumMessageBytes { get; init; } = 1 << 20;

    /// <summary>The largest number of entries in one AppendEntries. Default 4,096.</summary>
    public int MaximumMessageEntries { get; init; } = 4_096;

    /// <summary>The largest number of a snapshot's bytes in one InstallSnapshot. Default 256 KiB.</summary>
    public int MaximumChunkBytes { get; init; } = 256 << 10;

    /// <summary>How many AppendEntries may be unanswered per follower. Default 64.</summary>
    public int MaximumInFlightMessages { get; init; } = 64;

    /// <summary>How many payload bytes may be unanswered per follower. Default 16 MiB.</summary>
    public long MaximumInFlightBytes { get; init; } = 16 << 20;

    /// <summary>How many payload bytes may be uncommitted before a leader refuses proposals. Default 64 MiB.</summary>
    public long MaximumUncommittedBytes { get; init; } = 64 << 20;

    /// <summary>How many entries stay in memory; older ones are loaded from the log store when needed. Default 65,536.</summary>
    public long MaximumCachedEntries { get; init; } = 65_536;

    /// <summary>How many payload bytes stay in memory. Default 64 MiB.</summary>
    public long MaximumCachedBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Seed of the election timeouts, and of the numbers that distinguish the runs of a node: the same seed and the same inputs give the
    /// same outputs. Give each node a different one, and a random one in production.
    /// </summary>
    public ulong RandomSeed { get; init; }

    private static readonly TimeSpan LongestElectionTimeout = TimeSpan.FromDays(1);

    internal void Validate()
    {
        Require(
            InitialConfiguration is null || InitialConfiguration.Find(NodeId) is not null,
            $"Node '{NodeId}' is not among the members ({InitialConfiguration}); list it.");
        Require(InitialTerm >= 0, $"{nameof(InitialTerm)} is {InitialTerm}; terms count from 0.");
        Require(
            InitialTerm <= ConsensusModule.LargestNumber,
            $"{nameof(InitialTerm)} is {InitialTerm}; it must be at most {ConsensusModule.LargestNumber}.");
        Require(MinimumElectionTimeout > TimeSpan.Zero, $"{nameof(MinimumElectionTimeout)} must be above zero.");
        Require(
            MaximumElectionTimeout >= MinimumElectionTimeout,
            $"{nameof(MaximumElectionTimeout)} must be at least {nameof(MinimumElectionTimeout)}.");
        Require(
            MaximumElectionTimeout <= LongestElectionTimeout,
            $"{nameof(MaximumElectionTimeout)} must be at most {LongestElectionTimeout}.");
        Require(HeartbeatInterval > TimeSpan.Zero, $"{nameof(HeartbeatInterval)} must be above zero.");
        Require(
            HeartbeatInterval < MinimumElectionTimeout,
            $"{nameof(HeartbeatInterval)} must be below {nameof(MinimumElectionTimeout)}, or followers campaign against a healthy leader.");
        Require(MaximumClockAhead > TimeSpan.Zero, $"{nameof(MaximumClockAhead)} must be above zero.");
        Require(MaximumClockAhead <= LongestElectionTimeout, $"{nameof(MaximumClockAhead)} must be at most {LongestElectionTimeout}.");
        Require(CommitNoticeDelay >= TimeSpan.Zero, $"{nameof(CommitNoticeDelay)} must not be negative.");
        Require(
            CommitNoticeDelay <= HeartbeatInterval,
            $"{nameof(CommitNoticeDelay)} must be at most {nameof(HeartbeatInterval)}: a heartbeat carries the commit index anyway.");
        Require(
            HeartbeatAlignment >= TimeSpan.Zero && HeartbeatAlignment < HeartbeatInterval,
            $"{nameof(HeartbeatAlignment)} must not be negative, and must be below {nameof(HeartbeatInterval)}.");
        Require(MaximumMessageBytes > 0, $"{nameof(MaximumMessageBytes)} must be at least 1.");
        Require(MaximumMessageEntries > 0, $"{nameof(MaximumMessageEntries)} must be at least 1.");
        Require(MaximumChunkBytes > 0, $"{nameof(MaximumChunkBytes)} must be at least 1.");
        Require(MaximumInFlightMessages > 0, $"{nameof(MaximumInFlightMessages)} must be at least 1.");
        Require(MaximumInFlightBytes > 0, $"{nameof(MaximumInFlightBytes)} must be at least 1.");
        Require(MaximumUncommittedBytes > 0, $"{nameof(MaximumUncommittedBytes)} must be at least 1.");
        Require(MaximumCachedEntries > 0, $"{nameof(MaximumCachedEntries)} must be at least 1.");
        Require(MaximumCachedBytes > 0, $"{nameof(MaximumCachedBytes)} must be at least 1.");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ArgumentException(otherwise);
        }
    }
}
