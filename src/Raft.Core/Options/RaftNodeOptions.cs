namespace Raft;

/// <summary>
/// The settings of a node. The defaults suit a cluster in one data centre. All nodes of a cluster should have the same,
/// but for <see cref="NodeId"/>.
/// </summary>
/// <remarks>
/// Read once, when the node is made; later changes have no effect. With <c>AddRaftNode</c> they are bound from the
/// configuration section <c>Raft</c>, for a named node then from <c>Raft:{name}</c>, and checked when the host starts.
/// </remarks>
public sealed class RaftNodeOptions
{
    /// <summary>
    /// The node's id. Default null: the name that <c>AddRaftNode</c> was given, or the id that the constructor was given,
    /// from which it must not differ. Set it where two clusters of one host have nodes of the same id.
    /// </summary>
    public string? NodeId { get; set; }

    /// <summary>The cluster's name: nodes drop messages of, and stores refuse, any other cluster. Default <c>raft</c>. Change it where several clusters share a network or a configuration.</summary>
    public string ClusterId { get; set; } = "raft";

    /// <summary>
    /// All members, this node included: 1 to 63, each once. Empty (the default) means a cluster of this node alone to the
    /// constructor, and is refused by <c>AddRaftNode</c>. In configuration: <c>"Members": [{ "Id": "n1", "Address": "..." }]</c>,
    /// or plain ids, <c>"Members": ["n1", "n2", "n3"]</c>.
    /// </summary>
    public IList<RaftMember> Members { get; set; } = [];

    /// <summary>
    /// The shortest election timeout, default 1 s: a follower that hears from no leader waits a random time between this
    /// and <see cref="MaximumElectionTimeout"/> before it campaigns (section 5.2). Above zero. Keep it at ten times the
    /// round trip or more; lower it for faster failover.
    /// </summary>
    [Duration]
    public TimeSpan MinimumElectionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest election timeout, default 3 s. At least the minimum and at most a day. A wider range makes split votes rarer and failover slower.</summary>
    [Duration(MaximumDays = 1)]
    public TimeSpan MaximumElectionTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How often a leader without other traffic says that it is alive. Default (null): a fifth of
    /// <see cref="MinimumElectionTimeout"/>. Above zero and below that minimum. Raise it where many idle clusters share a machine.
    /// </summary>
    [Duration]
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>Whether a node asks around before it raises its term, so that one that was cut off does not disrupt the others on its return (dissertation, section 9.6). Default true. Switch it off to see the paper's bare algorithm.</summary>
    public bool PreVote { get; set; } = true;

    /// <summary>
    /// Whether a leader that hears from no majority for <see cref="MinimumElectionTimeout"/> steps down (dissertation,
    /// section 6.2). Default true. Without it, a pre-vote looks at logs only and not at whether a leader is alive.
    /// </summary>
    public bool CheckQuorum { get; set; } = true;

    /// <summary>
    /// Whether a node ignores vote requests while its leader is alive (section 6, end). Default true. Needs
    /// <see cref="CheckQuorum"/>: a leader that can send but not receive would be clung to for ever.
    /// </summary>
    public bool LeaderStickiness { get; set; } = true;

    /// <summary>The largest command that is taken, in bytes. Default 1 MiB; at least 1. The same on all nodes. Better than raising it: keep large data elsewhere, and propose a reference.</summary>
    [AtLeast(1)]
    public int MaximumCommandBytes { get; set; } = 1 << 20;

    /// <summary>How many bytes of entries one message carries at most, counting 32 for each beside its payload; a single larger command still travels, alone. Default 1 MiB; at least 1. Lower it for transports with small messages.</summary>
    [AtLeast(1)]
    public int MaximumMessageBytes { get; set; } = 1 << 20;

    /// <summary>How many messages with entries may be unanswered per follower. Default 64; at least 1. Raise it for links with a long round trip.</summary>
    [AtLeast(1)]
    public int MaximumInFlightMessages { get; set; } = 64;

    /// <summary>How many uncommitted payload bytes a leader holds before it refuses proposals. Default 64 MiB; at least 1. Lower it to save memory where followers may be slow.</summary>
    [AtLeast(1)]
    public long MaximumUncommittedBytes { get; set; } = 64 << 20;

    /// <summary>How many proposals may wait for their result before more are refused; and as many reads. Default 65,536; at least 1. Lower it to push back on callers sooner.</summary>
    [AtLeast(1)]
    public int MaximumPendingProposals { get; set; } = 65_536;

    /// <summary>How many received messages may wait to be processed before more are dropped; and how many calls of the handlers before more are refused. Default 4,096; at least 1.</summary>
    [AtLeast(1)]
    public int MaximumWaitingMessages { get; set; } = 4_096;

    /// <summary>How many log entries stay in memory; older ones are read from the log store when a follower or the state machine needs them. Default 65,536; at least 1.</summary>
    [AtLeast(1)]
    public int MaximumCachedEntries { get; set; } = 65_536;

    /// <summary>How many payload bytes of the log stay in memory. Default 64 MiB; at least 1.</summary>
    [AtLeast(1)]
    public long MaximumCachedBytes { get; set; } = 64 << 20;

    /// <summary>
    /// Whether the node takes snapshots by itself, and drops the log that they stand for (section 7). Default true. Takes a snapshot
    /// store, which the log store in memory brings along, and a state machine that captures its state. With false the log
    /// grows until <see cref="RaftNode.SnapshotAsync"/> is called.
    /// </summary>
    public bool AutomaticSnapshots { get; set; } = true;

    /// <summary>
    /// After how many applied entries a snapshot is due, unless the last one takes more bytes than they do. Default 100,000; at
    /// least 1. Raise it where a state is large and changes little; lower it for a shorter log.
    /// </summary>
    [AtLeast(1)]
    public long SnapshotAfterEntries { get; set; } = 100_000;

    /// <summary>
    /// After how many bytes of applied entries a snapshot is due, counting 32 for each entry beside its payload, and unless the
    /// last one takes more. Default 64 MiB; at least 1. It also bounds what <see cref="TrailingEntries"/> keeps.
    /// </summary>
    [AtLeast(1)]
    public long SnapshotAfterBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How many entries before a snapshot stay in the log, so that a follower that is a little behind needs no snapshot. Default
    /// 10,000; at least 0. Raise it for long outages of followers; it costs memory or disk.
    /// </summary>
    [AtLeast(0)]
    public long TrailingEntries { get; set; } = 10_000;

    /// <summary>How many bytes of a snapshot one message carries at most. Default 256 KiB; at least 1. Lower it for transports with small messages.</summary>
    [AtLeast(1)]
    public int SnapshotChunkBytes { get; set; } = 256 << 10;

    /// <summary>Seed of the randomized timeouts, for runs that repeat exactly. Default (null): a random one. The node's id is mixed in, so one seed serves a whole cluster.</summary>
    public long? RandomSeed { get; set; }

    /// <summary>
    /// Whether a log in memory may be combined with a transport that leaves the process. Default false: a process that
    /// restarts has forgotten its vote and its log, which can undo what was committed. Fit for demonstrations only.
    /// </summary>
    public bool AllowVolatileStorage { get; set; }

    /// <summary>How long a stopping node waits, in all, for commits, writes and the state machine before it gives up on them. Default 5 s; zero to a day. Keep it below the host's own shutdown timeout.</summary>
    [Duration(AllowZero = true, MaximumDays = 1)]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a hosted node that fails stops its host, so that whoever supervises the process notices. Default true. With
    /// false the host goes on without the node, which its log, its status and its health check tell. No effect without a host.
    /// </summary>
    public bool StopHostOnFailure { get; set; } = true;
}
