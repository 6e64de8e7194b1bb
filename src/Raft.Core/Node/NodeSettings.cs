using Microsoft.Extensions.Logging;
using Raft.Consensus;

namespace Raft;

/// <summary>A node's options and ports: checked, with defaults filled in, and safe from later changes.</summary>
internal sealed class NodeSettings
{
    /// <summary>
    /// A tick of the system's clock. Without a delay, a node that receives one command after another sends twice as many messages.
    /// </summary>
    private static readonly TimeSpan LongestCommitNoticeDelay = TimeSpan.FromMilliseconds(5);

    private const int ElectionTimeoutsUntilHang = 10;
    private const int HeartbeatParts = 8;

    public NodeSettings(NodeId nodeId, long initialTerm, RaftNodeOptions options, RaftNodePorts ports)
    {
        if (nodeId == default)
        {
            throw new ArgumentException("A node needs an id.", nameof(nodeId));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(initialTerm);
        ThrowIfAny(RaftNodeOptionsRules.FindFailures(options, nodeId.Value, allowNoMembers: true));
        NodeId = nodeId;
        ClusterId = options.ClusterId;
        Members = options.Members.Count == 0
            ? [new RaftMember(nodeId)]
            : [.. options.Members.Select(static member => member.Freeze()).OrderBy(static member => member.Id, StringComparer.Ordinal)];
        FirstStart = options.FirstStart;
        FirstIdentity = ClusterIdentityHash.Compute(ClusterId, Members.Select(static member => member.NodeId));
        MaximumElectionTimeout = options.MaximumElectionTimeout;
        ShutdownTimeout = options.ShutdownTimeout;
        LeadershipTransferTimeout = options.LeadershipTransferTimeout;
        ProposalsDuringTransfer = options.ProposalsDuringTransfer;
        HangTimeout = options.HangTimeout ?? options.MinimumElectionTimeout * ElectionTimeoutsUntilHang;
        MaximumCommandBytes = options.MaximumCommandBytes;
        MaximumPendingProposals = options.MaximumPendingProposals;
        MaximumPendingReads = options.MaximumPendingReads;
        MaximumWaitingMessages = options.MaximumWaitingMessages;
        AutomaticSnapshots = options.AutomaticSnapshots;
        SnapshotAfterEntries = options.SnapshotAfterEntries;
        SnapshotAfterBytes = options.SnapshotAfterBytes;
        TrailingEntries = options.TrailingEntries;
        SnapshotTransferLogBytes = options.SnapshotTransferLogBytes;
        DigestInterval = options.DigestInterval;
        CaptureDigestInterval = options.CaptureDigestInterval;
        OnDivergence = options.OnDivergence;

        ports = ports.WithStores();
        ThrowIfAny(RaftNodeOptionsRules.FindFailures(options, ports));
        Clock = ports.Clock ?? SystemClock.Shared;
        Scheduler = ports.Scheduler ?? PoolScheduler.Shared;
        StateMachine = ports.StateMachine ?? new StringLog();
        LogStore = ports.LogStore!;
        SnapshotStore = ports.SnapshotStore;
        Transport = ports.Transport;
        Loggers = ports.LoggerFactory;
        Metrics = ports.Metrics;

        TimeSpan heartbeat = options.HeartbeatInterval ?? options.MinimumElectionTimeout / 5;
        IReadOnlyList<SetupValue> setup = NodeSetup.Of(options, heartbeat);
        Consensus = new ConsensusOptions
        {
            NodeId = nodeId,
            ClusterId = options.ClusterId,
            InitialConfiguration =
                FirstStart == FirstStart.Join ? null : options.FirstConfiguration ?? new ClusterConfiguration(Members),
            OptionsDigest = NodeSetup.DigestOf(setup),
            Setup = setup,
            MaximumClockAhead = options.MaximumClockAhead,
            InitialTerm = initialTerm,
            MinimumElectionTimeout = options.MinimumElectionTimeout,
            MaximumElectionTimeout = options.MaximumElectionTimeout,
            HeartbeatInterval = heartbeat,
            CommitNoticeDelay = TimeSpan.FromTicks(Math.Min(heartbeat.Ticks / HeartbeatParts, LongestCommitNoticeDelay.Ticks)),
            // A thousand idle leaders wake the process eight times an interval, and a hundred of them at once.
            HeartbeatAlignment = heartbeat / HeartbeatParts,
            PreVote = options.PreVote,
            CheckQuorum = options.CheckQuorum,
            LeaderStickiness = options.LeaderStickiness,
            MaximumMessageBytes = options.MaximumMessageBytes,
            MaximumChunkBytes = options.SnapshotChunkBytes,
            MaximumInFlightMessages = options.MaximumInFlightMessages,
            MaximumUncommittedBytes = options.MaximumUncommittedBytes,
            MaximumCachedEntries = options.MaximumCachedEntries,
            MaximumCachedBytes = options.MaximumCachedBytes,
            RandomSeed = options.RandomSeed is { } seed ? Mix((ulong)seed, nodeId) : BitConverter.ToUInt64(Guid.NewGuid().ToByteArray(), 8),
        };
        Activities = new CommandActivities(nodeId, ClusterId, Clock);
        Consensus.Validate();
        _ = ConfigurationEncoding.Encode(new ClusterConfiguration(Members)); // refuses addresses and tags that the log cannot hold
        ClaimStateMachine();
    }

    public NodeId NodeId { get; }

    public string ClusterId { get; }

    public IReadOnlyList<RaftMember> Members { get; }

    /// <summary>What a blank store means.</summary>
    public FirstStart FirstStart { get; }

    /// <summary>The identity of a cluster that starts with these members.</summary>
    public ClusterIdentity FirstIdentity { get; }

    public TimeSpan MaximumElectionTimeout { get; }

    /// <summary>How long a cluster without a leader is normal: a healthy one elects a leader within an election timeout or two.</summary>
    public TimeSpan LeaderlessTimeout => 2 * MaximumElectionTimeout;

    public TimeSpan ShutdownTimeout { get; }

    public TimeSpan LeadershipTransferTimeout { get; }

    public ProposalsDuringTransfer ProposalsDuringTransfer { get; }

    public int MaximumCommandBytes { get; }

    public int MaximumPendingProposals { get; }

    public int MaximumPendingReads { get; }

    public int MaximumWaitingMessages { get; }

    public bool AutomaticSnapshots { get; }

    public long SnapshotAfterEntries { get; }

    public long SnapshotAfterBytes { get; }

    public long TrailingEntries { get; }

    /// <summary>Null for a bound that follows from the size of the log and of the latest snapshot.</summary>
    public long? SnapshotTransferLogBytes { get; }

    /// <summary>0 if the digests of the state machine are not compared.</summary>
    public long DigestInterval { get; }

    /// <summary>0 if captures are not compared.</summary>
    public long CaptureDigestInterval { get; }

    public DivergenceReaction OnDivergence { get; }

    public ConsensusOptions Consensus { get; }

    public IClock Clock { get; }

    public IScheduler Scheduler { get; }

    public IStateMachine StateMachine { get; }

    public ILogStore LogStore { get; }

    /// <summary>Null if there is none: then the node has no snapshots, and its log grows without bound.</summary>
    public ISnapshotStore? SnapshotStore { get; }

    public ITransport? Transport { get; }

    public ILoggerFactory? Loggers { get; }

    public CommandActivities Activities { get; }

    public RaftMetrics? Metrics { get; }

    /// <summary>
    /// How long the state machine or a store may work on the same thing without progress, before the node reports that it hangs.
    /// </summary>
    public TimeSpan HangTimeout { get; }

    /// <summary>The configuration that shows in the status until the log is read.</summary>
    public ClusterConfiguration InitialConfiguration => Consensus.InitialConfiguration ?? ClusterConfiguration.Empty;

    /// <summary>
    /// How to reach a node: its address in this node's options, or else in the configuration. A node in neither is found by its id.
    /// </summary>
    public RaftMember MemberOf(NodeId id, ClusterConfiguration configuration)
    {
        foreach (RaftMember member in Members)
        {
            if (member.Id == id.Value)
            {
                return member;
            }
        }

        return configuration.Find(id) ?? new RaftMember(id);
    }

    /// <summary>One seed serves a whole cluster: with the same timeouts on every node, votes would split forever.</summary>
    private static ulong Mix(ulong seed, NodeId nodeId)
    {
        ulong mixed = seed ^ 0xCBF29CE484222325; // FNV-1a, since a string's own hash differs from process to process
        foreach (char character in nodeId.Value)
        {
            mixed = (mixed ^ character) * 0x100000001B3;
        }

        return mixed;
    }

    /// <summary>
    /// Two nodes would apply every command twice to one state machine. Only one that keeps its state and its index durably may move to
    /// another node.
    /// </summary>
    private void ClaimStateMachine()
    {
        if (StateMachine is ICommandChecker claimable && !claimable.TryClaim() && StateMachine.AppliedIndex == 0)
        {
            throw new ArgumentException(
                $"This {StateMachine.GetType().Name} serves another node already, or has served one. Create a new state machine for each "
                + "node: the log is applied to it from the start.");
        }
    }

    private static void ThrowIfAny(IReadOnlyList<string> failures)
    {
        if (failures.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", failures));
        }
    }
}
