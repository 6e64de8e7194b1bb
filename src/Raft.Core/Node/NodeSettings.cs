using Raft.Consensus;

namespace Raft;

/// <summary>A node's options and ports: checked, with defaults filled in, and safe from later changes.</summary>
internal sealed class NodeSettings
{
    public NodeSettings(NodeId nodeId, long initialTerm, RaftNodeOptions options, RaftNodePorts ports)
    {
        if (nodeId == default)
        {
            throw new ArgumentException("A node needs an id.", nameof(nodeId));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(initialTerm);
        IList<RaftMember>? members = options.Members; // configuration binding may leave a null
        Require(members is not null && members.All(static member => member is not null), $"{nameof(options.Members)} is null or lists a null: leave it empty for a cluster of one, or list all members.");
        NodeId = nodeId;
        ClusterId = options.ClusterId;
        Members = members!.Count == 0 ? [new RaftMember(nodeId)] : [.. members.Select(static member => member with { }).OrderBy(static member => member.Id, StringComparer.Ordinal)];
        MaximumElectionTimeout = options.MaximumElectionTimeout;
        ShutdownTimeout = options.ShutdownTimeout;
        MaximumCommandBytes = options.MaximumCommandBytes;
        MaximumPendingProposals = options.MaximumPendingProposals;
        MaximumWaitingMessages = options.MaximumWaitingMessages;
        Validate(options);

        Clock = ports.Clock ?? SystemClock.Shared;
        Scheduler = ports.Scheduler ?? PoolScheduler.Shared;
        StateMachine = ports.StateMachine ?? new StringLog();
        LogStore = ports.LogStore ?? new InMemoryLogStore();
        Transport = ports.Transport;
        ValidatePorts(options);

        Consensus = new ConsensusOptions
        {
            NodeId = nodeId,
            ClusterId = options.ClusterId,
            Voters = [.. Members.Select(static member => member.NodeId)],
            InitialTerm = initialTerm,
            MinimumElectionTimeout = options.MinimumElectionTimeout,
            MaximumElectionTimeout = options.MaximumElectionTimeout,
            HeartbeatInterval = options.HeartbeatInterval ?? options.MinimumElectionTimeout / 5,
            PreVote = options.PreVote,
            CheckQuorum = options.CheckQuorum,
            LeaderStickiness = options.LeaderStickiness,
            MaximumMessageBytes = options.MaximumMessageBytes,
            MaximumInFlightMessages = options.MaximumInFlightMessages,
            MaximumUncommittedBytes = options.MaximumUncommittedBytes,
            MaximumCachedEntries = options.MaximumCachedEntries,
            MaximumCachedBytes = options.MaximumCachedBytes,
            RandomSeed = options.RandomSeed is { } seed ? Mix((ulong)seed, nodeId) : BitConverter.ToUInt64(Guid.NewGuid().ToByteArray(), 8),
        };
        Consensus.Validate();
        ClaimStateMachine();
    }

    public NodeId NodeId { get; }

    public string ClusterId { get; }

    public IReadOnlyList<RaftMember> Members { get; }

    public TimeSpan MaximumElectionTimeout { get; }

    public TimeSpan ShutdownTimeout { get; }

    public int MaximumCommandBytes { get; }

    public int MaximumPendingProposals { get; }

    public int MaximumWaitingMessages { get; }

    public ConsensusOptions Consensus { get; }

    public IClock Clock { get; }

    public IScheduler Scheduler { get; }

    public IStateMachine StateMachine { get; }

    public ILogStore LogStore { get; }

    public ITransport? Transport { get; }

    /// <summary>The member of an id; one that is no member has no address.</summary>
    public RaftMember MemberOf(NodeId id)
    {
        foreach (RaftMember member in Members)
        {
            if (member.Id == id.Value)
            {
                return member;
            }
        }

        return new RaftMember(id);
    }

    private void Validate(RaftNodeOptions options)
    {
        Require(!string.IsNullOrWhiteSpace(ClusterId), $"{nameof(options.ClusterId)} must not be empty.");
        Require(Members.All(static member => !string.IsNullOrWhiteSpace(member.Id)), $"A member in {nameof(options.Members)} has no id: set {nameof(RaftMember)}.{nameof(RaftMember.Id)} of each.");
        Require(Members.Any(member => member.Id == NodeId.Value), $"Node '{NodeId}' is not among the members ({string.Join(", ", Members.Select(static member => member.Id))}): add it to {nameof(options.Members)}.");
        for (int i = 1; i < Members.Count; i++)
        {
            Require(Members[i].Id != Members[i - 1].Id, $"Member '{Members[i].Id}' is listed twice in {nameof(options.Members)}: every id must be unique.");
        }

        Require(MaximumCommandBytes > 0, $"{nameof(options.MaximumCommandBytes)} must be at least 1.");
        Require(MaximumPendingProposals > 0, $"{nameof(options.MaximumPendingProposals)} must be at least 1.");
        Require(MaximumWaitingMessages > 0, $"{nameof(options.MaximumWaitingMessages)} must be at least 1.");
        Require(ShutdownTimeout >= TimeSpan.Zero, $"{nameof(options.ShutdownTimeout)} must not be negative.");
        Require(
            !options.LeaderStickiness || options.CheckQuorum,
            $"{nameof(options.LeaderStickiness)} needs {nameof(options.CheckQuorum)}: without it, a leader that can send but not receive would be clung to for ever. Switch both on or both off.");
    }

    private void ValidatePorts(RaftNodeOptions options)
    {
        Require(
            Transport is not null || Members.Count == 1,
            $"{nameof(options.Members)} lists {Members.Count} members, but there is no transport to reach them: set {nameof(RaftNodePorts)}.{nameof(RaftNodePorts.Transport)}.");
        Require(
            Transport is null || !Transport.LeavesProcess || !LogStore.IsVolatile || options.AllowVolatileStorage,
            $"The transport {Transport?.GetType().Name} leaves the process, but the log store {LogStore.GetType().Name} forgets its vote and log when the process ends, which can undo what was committed. "
            + $"Use a durable log store, or set {nameof(options.AllowVolatileStorage)} if losing data is acceptable.");
    }

    /// <summary>One seed serves a whole cluster: with the same timeouts on every node, votes would split for ever.</summary>
    private static ulong Mix(ulong seed, NodeId nodeId)
    {
        ulong mixed = seed ^ 0xCBF29CE484222325; // FNV-1a, since a string's own hash differs from process to process
        foreach (char character in nodeId.Value)
        {
            mixed = (mixed ^ character) * 0x100000001B3;
        }

        return mixed;
    }

    /// <summary>Two nodes would apply every command twice to one state machine. Only one that keeps its state and its index durably may change hands.</summary>
    private void ClaimStateMachine() => Require(
        StateMachine is not ICommandChecker claimable || claimable.TryClaim() || StateMachine.AppliedIndex > 0,
        $"This {StateMachine.GetType().Name} serves another node already, or has served one. Make a new state machine for each node: the log is applied to it from the start.");

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ArgumentException(otherwise);
        }
    }
}
