namespace Raft;

/// <summary>
/// The settings of a node. The defaults suit a cluster in one data centre. All nodes of a cluster should have the same settings,
/// except <see cref="NodeId"/>.
/// </summary>
/// <remarks>
/// They are read once, when the node is created; later changes have no effect. With <c>AddRaftNode</c> they are bound from the
/// configuration section <c>Raft</c>, and for a named node then from <c>Raft:{name}</c>, and are checked when the host starts.
/// </remarks>
public sealed class RaftNodeOptions
{
    /// <summary>
    /// The node's id. Default null: the name passed to <c>AddRaftNode</c>, or the id passed to the constructor, which must be the same if
    /// both are given. Set it where two clusters of one host have nodes with the same id.
    /// </summary>
    public string? NodeId { get; set; }

    /// <summary>
    /// The cluster's name. Nodes drop messages of other clusters, and stores of other clusters are refused. Default
    /// <c>raft</c>. Change it where several clusters share a network or a configuration.
    /// </summary>
    public string ClusterId { get; set; } = "raft";

    /// <summary>
    /// All members, including this node, each listed once; 3 or 5 are usual. They start the cluster: from then on, its log says who is
    /// a member, and this list only says which addresses this node dials. Empty (the default): for the constructor, a cluster of only
    /// this node; <c>AddRaftNode</c> refuses it. Each is an object, an id, or an id with an address. In configuration:
    /// <c>"Members": [{ "Id": "n1", "Address": "..." }]</c>, <c>"Members": ["n1", "n2", "n3"]</c>, or
    /// <c>"Members": ["n1=10.0.0.1:7001", "n2=10.0.0.2:7001", "n3=10.0.0.3:7001"]</c>.
    /// </summary>
    public IList<RaftMember> Members { get; set; } = [];

    /// <summary>
    /// The roles that the members begin with; null if all of them vote. Only simulations begin with others, until members can be changed.
    /// </summary>
    internal ClusterConfiguration? FirstConfiguration { get; set; }

    /// <summary>
    /// What a node with blank stores does. Default <see cref="FirstStart.Bootstrap"/>. Set it to <see cref="FirstStart.Refuse"/> or
    /// <see cref="FirstStart.Join"/> after the first day of a cluster with durable stores, so that a lost volume is noticed.
    /// </summary>
    public FirstStart FirstStart { get; set; }

    /// <summary>
    /// The shortest election timeout. Default 1 s; above zero. A follower that receives nothing from a leader waits for a random time
    /// between this and <see cref="MaximumElectionTimeout"/> before it starts an election (section 5.2). Keep it at ten times the round
    /// trip or more; lower it for faster failover.
    /// </summary>
    [Duration]
    public TimeSpan MinimumElectionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest election timeout. Default 3 s; at least <see cref="MinimumElectionTimeout"/> and at most one day. A wider
    /// range makes split votes rarer and failover slower.
    /// </summary>
    [Duration(MaximumDays = 1)]
    public TimeSpan MaximumElectionTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How often a leader without other traffic sends heartbeats. Default (null): a fifth of <see cref="MinimumElectionTimeout"/>; above
    /// zero and below that timeout. Raise it where many idle clusters share a machine.
    /// </summary>
    [Duration]
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>
    /// Whether a node asks the others for pre-votes before it increases its term, so that a node that was cut off does not
    /// disrupt them when it returns (dissertation, section 9.6). Default true. Turn it off to run the algorithm of the paper
    /// alone.
    /// </summary>
    public bool PreVote { get; set; } = true;

    /// <summary>
    /// Whether a leader that receives no messages from a majority for <see cref="MinimumElectionTimeout"/> steps down (dissertation,
    /// section 6.2). Default true. Without it, a pre-vote depends on the logs only, and not on whether a leader is alive.
    /// </summary>
    public bool CheckQuorum { get; set; } = true;

    /// <summary>
    /// Whether a node ignores vote requests while its leader is alive (section 6, end). Default true. Needs
    /// <see cref="CheckQuorum"/>: without it, followers would indefinitely follow a leader that can send but not receive.
    /// </summary>
    public bool LeaderStickiness { get; set; } = true;

    /// <summary>
    /// How far the time of an entry may be from the time that the clocks of a majority of the voters have reached. Default 10 s; above zero
    /// and at most one day. A leader whose clock is wrong by more stamps entries as close to its clock as this allows. Lower it where
    /// commands depend on the time to the second, and all clocks are synchronized.
    /// </summary>
    [Duration(MaximumDays = 1)]
    public TimeSpan MaximumClockAhead { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The size of the largest command that is accepted, in bytes. Default 1 MiB; at least 1. It must be the same on all nodes.
    /// Instead of raising it, store large data elsewhere and propose a reference.
    /// </summary>
    [AtLeast(1)]
    public int MaximumCommandBytes { get; set; } = 1 << 20;

    /// <summary>
    /// The largest number of bytes of entries in one message, where each entry counts as its payload and 32 more bytes. A
    /// single larger command is still sent, in its own message. Default 1 MiB; at least 1. Lower it for transports with small
    /// messages.
    /// </summary>
    [AtLeast(1)]
    public int MaximumMessageBytes { get; set; } = 1 << 20;

    /// <summary>
    /// How many messages with entries, or parts of a snapshot, may await an answer, per follower. Default 64; at least 1. Raise it for
    /// links with a long round trip.
    /// </summary>
    [AtLeast(1)]
    public int MaximumInFlightMessages { get; set; } = 64;

    /// <summary>
    /// How many payload bytes may be uncommitted before the leader refuses proposals. Default 64 MiB; at least 1. Lower it to
    /// save memory where followers may be slow.
    /// </summary>
    [AtLeast(1)]
    public long MaximumUncommittedBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How many proposals may wait for their result before more are refused. Default 65,536; at least 1. Lower it to refuse callers
    /// sooner.
    /// </summary>
    [AtLeast(1)]
    public int MaximumPendingProposals { get; set; } = 65_536;

    /// <summary>
    /// How many reads of the state machine may wait for their answer before more are refused. Default 65,536; at least 1. Lower it to
    /// refuse callers sooner. <see cref="ReadConsistency.Local"/> reads are refused only when twice as many wait, so that an outage in which
    /// the others wait for a leader leaves room for them.
    /// </summary>
    [AtLeast(1)]
    public int MaximumPendingReads { get; set; } = 65_536;

    /// <summary>
    /// How many received messages may wait to be processed before more are dropped. The same limit applies to calls of the
    /// handlers, which are refused. Default 4,096; at least 1.
    /// </summary>
    [AtLeast(1)]
    public int MaximumWaitingMessages { get; set; } = 4_096;

    /// <summary>
    /// How many log entries are kept in memory. Older entries are read from the log store when a follower or the state machine
    /// needs them. Default 65,536; at least 1.
    /// </summary>
    [AtLeast(1)]
    public int MaximumCachedEntries { get; set; } = 65_536;

    /// <summary>How many payload bytes of the log are kept in memory. Default 64 MiB; at least 1.</summary>
    [AtLeast(1)]
    public long MaximumCachedBytes { get; set; } = 64 << 20;

    /// <summary>
    /// Whether the node takes snapshots automatically, and drops the log entries that they cover (section 7). Default true. It requires a
    /// snapshot store, which the log store in memory includes, and a state machine that captures its state. If false, the log grows until
    /// <see cref="RaftNode.SnapshotAsync"/> is called.
    /// </summary>
    public bool AutomaticSnapshots { get; set; } = true;

    /// <summary>
    /// After how many applied entries a snapshot is due, unless the last snapshot has more bytes than these entries. Default 100,000; at
    /// least 1. Raise it where the state is large and changes little; lower it for a shorter log. If states are compared, the snapshot is
    /// taken at the next index of which there is a digest: see <see cref="DigestInterval"/>.
    /// </summary>
    [AtLeast(1)]
    public long SnapshotAfterEntries { get; set; } = 100_000;

    /// <summary>
    /// After how many bytes of applied entries a snapshot is due, unless the last snapshot has more bytes. Each entry counts as its
    /// payload and 32 more bytes. Default 64 MiB; at least 1. It also limits what <see cref="TrailingEntries"/> keeps. If states are
    /// compared, the snapshot is taken at the next index of which there is a digest: see <see cref="DigestInterval"/>.
    /// </summary>
    [AtLeast(1)]
    public long SnapshotAfterBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How many entries that a snapshot covers are kept in the log, so that a follower that is slightly behind needs no snapshot. Default
    /// 10,000; at least 0. Raise it for long outages of followers, at the cost of memory or disk.
    /// </summary>
    [AtLeast(0)]
    public long TrailingEntries { get; set; } = 10_000;

    /// <summary>
    /// How many bytes of entries a leader keeps in addition to the trailing ones for a follower that answers, while it sends it a snapshot
    /// and until the follower has caught up from there. Default (null): four times <see cref="SnapshotAfterBytes"/>, or twice the size of
    /// the latest snapshot if that is more; at least 0. If more is written meanwhile, the transfer starts over with the latest
    /// snapshot. Raise it where followers cannot catch up under load.
    /// </summary>
    [AtLeast(0)]
    public long? SnapshotTransferLogBytes { get; set; }

    /// <summary>
    /// After how many log entries the nodes compare the digests of their states, if the state machine offers one
    /// (<see cref="IStateDigest"/>). Default 4,096; 0 turns it off. Lower it to notice a difference sooner; each comparison costs a message
    /// of each follower and an answer. It should be the same on all nodes.
    /// </summary>
    [AtLeast(0)]
    public long DigestInterval { get; set; } = 4_096;

    /// <summary>
    /// After how many log entries the nodes capture their states, and compare digests of what the captures write in place of one that the
    /// state machine offers. Default 0: never. Set it, such as to 100,000, for a state machine that offers no digest and writes the same
    /// bytes for the same state. It should be the same on all nodes.
    /// </summary>
    [AtLeast(0)]
    public long CaptureDigestInterval { get; set; }

    /// <summary>
    /// What this node does when its state differs from that of a majority. Default <see cref="DivergenceReaction.StopMinority"/>. If no
    /// state is that of a majority of the voters, the difference is reported, and no node stops.
    /// </summary>
    public DivergenceReaction OnDivergence { get; set; }

    /// <summary>
    /// The largest number of bytes of a snapshot in one message. Default 256 KiB; at least 1. Lower it for transports with
    /// small messages.
    /// </summary>
    [AtLeast(1)]
    public int SnapshotChunkBytes { get; set; } = 256 << 10;

    /// <summary>
    /// The seed of the randomized timeouts, for runs that repeat exactly. Default (null): a random seed. The node's id is mixed
    /// in, so all nodes of a cluster can have the same seed.
    /// </summary>
    public long? RandomSeed { get; set; }

    /// <summary>
    /// Whether a log in memory may be combined with a transport that leaves the process. Default false: a process that restarts has lost
    /// its vote and its log, which can undo committed commands. Set it for demonstrations only.
    /// </summary>
    public bool AllowVolatileStorage { get; set; }

    /// <summary>
    /// How long the target of <see cref="RaftNode.TransferLeadershipAsync"/> may take to catch up, while proposals are taken as usual.
    /// Default 30 s; above zero and at most one day.
    /// </summary>
    [Duration(MaximumDays = 1)]
    public TimeSpan LeadershipTransferTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What happens to proposals while a leader that hands over its leadership takes none. Default
    /// <see cref="ProposalsDuringTransfer.Wait"/>: they wait for at most one <see cref="MinimumElectionTimeout"/> while the transfer runs,
    /// and until two have passed in all for the new leader to be known.
    /// </summary>
    public ProposalsDuringTransfer ProposalsDuringTransfer { get; set; }

    /// <summary>
    /// How long the state machine may work on one batch, read, capture or restoration, and the stores on a write, read, compaction, or part
    /// of a snapshot, before the node reports that they hang (<see cref="RaftStatus.Hangs"/>). Default (null): ten times
    /// <see cref="MinimumElectionTimeout"/>; above zero and at most one day. Raise it for a state machine with slow commands or captures.
    /// </summary>
    /// <remarks>
    /// <para>A leader that hangs gives up its leadership if another voter does better.</para>
    /// <para>
    /// It is also the time without progress after which a node is listed in <see cref="RaftStatus.FollowersWithoutProgress"/> or sets
    /// <see cref="RaftStatus.WaitsForLeader"/>, with a warning each; the default of <c>maximumLag</c> of the health check; and the longest
    /// time for which callers wait at a node that no longer leads, for results of commands that are committed.
    /// </para>
    /// </remarks>
    [Duration(MaximumDays = 1)]
    public TimeSpan? HangTimeout { get; set; }

    /// <summary>
    /// The total time that a stopping node waits for commits, writes and the state machine. Default 5 s; zero to one day. Keep
    /// it below the shutdown timeout of the host.
    /// </summary>
    [Duration(AllowZero = true, MaximumDays = 1)]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a hosted node that fails stops its host, so that a supervisor of the process notices. Default true. If false, the host
    /// continues without the node; the log, the status and the health check report the failure. It has no effect without a host.
    /// </summary>
    public bool StopHostOnFailure { get; set; } = true;
}
