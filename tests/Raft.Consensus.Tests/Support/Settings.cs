namespace Raft.Consensus.Tests.Support;

/// <summary>What the modules of a test are made with; small enough limits are set where a test is about them.</summary>
internal sealed record Settings
{
    /// <summary>Everything switched on, as users get it.</summary>
    public static Settings Default { get; } = new();

    /// <summary>The algorithm of the paper's sections 5.1 to 5.4 and nothing more.</summary>
    public static Settings Plain { get; } = new() { PreVote = false, CheckQuorum = false, LeaderStickiness = false };

    public bool PreVote { get; init; } = true;

    public bool CheckQuorum { get; init; } = true;

    public bool LeaderStickiness { get; init; } = true;

    public long InitialTerm { get; init; }

    public TimeSpan MinimumElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaximumElectionTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan CommitNoticeDelay { get; init; }

    public TimeSpan HeartbeatAlignment { get; init; }

    public int MaximumMessageEntries { get; init; } = 4_096;

    public long MaximumMessageBytes { get; init; } = 1 << 20;

    public int MaximumChunkBytes { get; init; } = 256 << 10;

    public int MaximumInFlightMessages { get; init; } = 64;

    public long MaximumInFlightBytes { get; init; } = 16 << 20;

    public long MaximumUncommittedBytes { get; init; } = 64 << 20;

    public long MaximumCachedEntries { get; init; } = 65_536;

    public long MaximumCachedBytes { get; init; } = 64 << 20;

    public ulong Seed { get; init; } = 1;

    /// <summary>The first so many node ids: n1, n2, ...</summary>
    public static NodeId[] Ids(int count) => [.. Enumerable.Range(1, count).Select(number => new NodeId($"n{number}"))];

    public ConsensusOptions For(NodeId id, IReadOnlyList<NodeId> voters) => new()
    {
        NodeId = id,
        InitialConfiguration = new ClusterConfiguration(voters.Select(static voter => new RaftMember(voter))),
        PreVote = PreVote,
        CheckQuorum = CheckQuorum,
        LeaderStickiness = LeaderStickiness,
        InitialTerm = InitialTerm,
        MinimumElectionTimeout = MinimumElectionTimeout,
        MaximumElectionTimeout = MaximumElectionTimeout,
        HeartbeatInterval = HeartbeatInterval,
        CommitNoticeDelay = CommitNoticeDelay,
        HeartbeatAlignment = HeartbeatAlignment,
        MaximumMessageEntries = MaximumMessageEntries,
        MaximumMessageBytes = MaximumMessageBytes,
        MaximumChunkBytes = MaximumChunkBytes,
        MaximumInFlightMessages = MaximumInFlightMessages,
        MaximumInFlightBytes = MaximumInFlightBytes,
        MaximumUncommittedBytes = MaximumUncommittedBytes,
        MaximumCachedEntries = MaximumCachedEntries,
        MaximumCachedBytes = MaximumCachedBytes,
        RandomSeed = (Seed * 1_000) + (ulong)voters.ToList().IndexOf(id),
    };
}
