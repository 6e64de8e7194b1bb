namespace Raft.Consensus;

/// <summary>
/// The Raft algorithm of one node, and nothing else: a deterministic state machine that takes inputs one at a time and
/// collects what it wants done. It reads no clock, draws random numbers only from its seed, waits for nothing and starts
/// nothing, so the same inputs always give the same outputs.
/// </summary>
/// <remarks>
/// <para>
/// The host calls any number of inputs (<see cref="Receive"/>, <see cref="Propose"/>, <see cref="AdvanceTime"/>,
/// <see cref="Persisted"/>, <see cref="EntriesLoaded"/>, those of snapshots), then <see cref="CompleteBatch"/> once, carries out
/// <see cref="Outputs"/> and clears them. However many inputs a batch has, it produces one write and one message per
/// follower; more only if a segment of the log or the size of a message is exceeded.
/// </para>
/// <para>
/// The <em>hard state</em> is the term and the vote, which a node must never forget. A <em>version</em> is the number of a write
/// that the module asks for: of the hard state, of a suffix of the log, or of both. "Version 7 is durable" means that the seventh
/// write and all before it would survive a crash.
/// </para>
/// <para>
/// The host has three duties. It carries writes out in order. It sends a message only when the version that the message requires
/// is durable: no vote or acknowledgement is sent before what it promises would survive a crash. It reports durable versions, in
/// any order and as often as it likes.
/// </para>
/// <para>
/// Not thread-safe: one caller at a time. This class has one file per concern; <c>docs/architecture.md</c> lists them.
/// </para>
/// </remarks>
public sealed partial class ConsensusModule
{
    /// <summary>Larger terms and indices are refused: no real cluster reaches them, and to count further could overflow.</summary>
    internal const long LargestNumber = 1L << 62;

    private readonly ConsensusOptions _options;
    private readonly DeterministicRandom _random;
    private readonly ReplicatedLog _log;
    private readonly DurabilityTracker _durability;
    private readonly MemberContact _contact;
    private readonly Func<NodeId, long> _matchOf; // made once, since a new delegate for each batch would be garbage
    private readonly Func<NodeId, bool?> _ownVoteOnly;
    private readonly long _storedTerm;
    private bool _started;
    private TimeSpan _now;
    private long _lastCorrelation;

    /// <summary>Makes the module of a node from what its log store holds. Entries follow through <see cref="Recover"/>.</summary>
    /// <param name="options">The node, its cluster and its limits; must not change afterwards.</param>
    /// <param name="hardState">The stored term and vote; <c>default</c> on first start.</param>
    /// <param name="previousIndex">The index before the first stored entry; 0 unless the log was compacted.</param>
    /// <param name="previousTerm">The term at that index; 0 unless the log was compacted.</param>
    /// <param name="previousTime">The time of the entry there, if it is known: no later entry gets an earlier time.</param>
    /// <param name="previousConfiguration">The configuration in the snapshot that ends there; null if there is none.</param>
    /// <param name="store">The identity of the log store; null if it is volatile.</param>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says where.</exception>
    /// <exception cref="ConsensusInvariantException">The stored term and the start of the log contradict each other.</exception>
    public ConsensusModule(
        ConsensusOptions options,
        HardState hardState = default,
        long previousIndex = 0,
        long previousTerm = 0,
        DateTimeOffset previousTime = default,
        ClusterConfiguration? previousConfiguration = null,
        StoreIdentity? store = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckStored(hardState, previousIndex, previousTerm);

        _options = options;
        Origin = new MessageOrigin(options.ClusterId, hardState.Identity, store, options.OptionsDigest);
        _contact = new MemberContact(Id);
        _clocks = new VoterClocks(Id, options.MaximumClockAhead, options.MaximumElectionTimeout);
        _refusals = new ElectionRefusals(Id);
        _matchOf = MatchOf;
        _ownVoteOnly = voter => voter == Id ? true : null;
        _answeredOf = AnsweredOf;
        _random = new DeterministicRandom(options.RandomSeed);
        _lastRequestNumber = ReadRequestNumbers.BeforeFirst(options.RandomSeed, store);
        ClusterConfiguration? initial = hardState.Join is null ? options.InitialConfiguration : null;
        ConfigurationHistory configurations = new(initial ?? ClusterConfiguration.Empty);
        configurations.StartFrom(previousConfiguration);
        _log = new ReplicatedLog(
            previousIndex, previousTerm, options.MaximumCachedEntries, previousTime, options.MaximumCachedBytes, configurations);
        _stores = new MemberStores();
        _durability = new DurabilityTracker(previousIndex);
        _firstUnwritten = previousIndex + 1;
        CommitIndex = previousIndex;
        _storedTerm = hardState.Term;
        Term = hardState.Term;
        VotedFor = hardState.VotedFor;
        Join = hardState.Join;
        OnConfigurationMayHaveChanged();
        if (options.InitialTerm > Term)
        {
            Term = options.InitialTerm;
            VotedFor = null;
            _hardStateChanged = true;
        }
    }

    /// <summary>The id of this node.</summary>
    public NodeId Id => _options.NodeId;

    /// <summary>Figure 2's <c>currentTerm</c>.</summary>
    public long Term { get; private set; }

    /// <summary>Figure 2's <c>votedFor</c>: who received this node's vote in <see cref="Term"/>.</summary>
    public NodeId? VotedFor { get; private set; }

    /// <summary>The node's current role.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>The leader of <see cref="Term"/>, as far as this node knows.</summary>
    public NodeId? Leader { get; private set; }

    /// <summary>Figure 2's <c>commitIndex</c>. The host may apply up to the smaller of it and <see cref="DurableIndex"/>.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>Index of the first entry that the log still holds.</summary>
    public long FirstIndex => _log.FirstIndex;

    /// <summary>Index of the last entry; <see cref="FirstIndex"/> - 1 if there is none.</summary>
    public long LastIndex => _log.LastIndex;

    /// <summary>Term of the last entry; 0 in an empty log.</summary>
    public long LastTerm => _log.LastTerm;

    /// <summary>The index up to which this node's own log is durable.</summary>
    public long DurableIndex => _durability.DurableIndex;

    /// <summary>Every write up to this version was reported durable.</summary>
    public long DurableVersion => _durability.DurableVersion;

    /// <summary>The first entry that is in memory; older ones must be read from the log store.</summary>
    public long FirstCachedIndex => _log.FirstCachedIndex;

    /// <summary>How many payload bytes of the log are in memory.</summary>
    internal long CachedBytes => _log.CachedBytes;

    /// <summary>The configuration in effect: the latest in the log or, if it has none, in the snapshot or the options.</summary>
    public ClusterConfiguration Configuration => _log.Configurations.Current;

    /// <summary>The configuration that was in effect at an index: the one that a snapshot up to there contains.</summary>
    /// <param name="index">An index that the log has not dropped.</param>
    /// <returns>The configuration.</returns>
    public ClusterConfiguration ConfigurationAt(long index) => _log.Configurations.At(index);

    /// <summary>Messages that were ignored because they contradict themselves or the protocol, since the module was made.</summary>
    public long IgnoredMessages { get; private set; }

    /// <summary>
    /// How many members have sent this node a message in the last <see cref="ConsensusOptions.MaximumElectionTimeout"/>, itself
    /// included. After its election, a leader counts only answers to what it sent as the leader.
    /// </summary>
    public int ReachableMembers => Reachable.Count;

    /// <summary>The members that <see cref="ReachableMembers"/> counts.</summary>
    internal NodeSet Reachable => _contact.HeardWithin(_options.MaximumElectionTimeout, Configuration, _now);

    /// <summary>
    /// The last entry that the host's state machine has applied; the host sets it before it completes a batch. The node's answers
    /// carry it.
    /// </summary>
    public long AppliedIndex { get; set; }

    /// <summary>
    /// The host's UTC; the host sets it before it passes inputs. Messages carry it, and the times of entries depend on it.
    /// </summary>
    public DateTimeOffset UtcNow { get; set; }

    /// <summary>What this leader knows about each follower; empty for any other role.</summary>
    internal ReadOnlySpan<FollowerProgress> Followers => _followers;

    /// <summary>What the module asks its host to do.</summary>
    public ConsensusOutputs Outputs { get; } = new();

    /// <summary>When <see cref="AdvanceTime"/> must be called next; null if time does not matter.</summary>
    public TimeSpan? NextDeadline => !_started ? null
        : Role == RaftRole.Leader ? LeaderDeadline
        : FollowerDeadline;

    /// <summary>Starts the election timer. Before this call, the module answers messages but never campaigns.</summary>
    /// <param name="now">The time, from any origin; must never fall from call to call.</param>
    public void Start(TimeSpan now)
    {
        _started = true;
        SetTime(now);
        ResetElectionDeadline();
        if (IsQuorumAlone)
        {
            _electionDeadline = _now; // there is no other node to wait for
        }
    }

    /// <summary>
    /// Sets the time, and does what is due: starts an election, or checks whether a leader still has its quorum. Heartbeats that are due
    /// are sent by <see cref="CompleteBatch"/>.
    /// </summary>
    /// <param name="now">
    /// The time. Pass messages that have arrived to <see cref="Receive"/> first, so that a pause of the process does not look like
    /// silence.
    /// </param>
    public void AdvanceTime(TimeSpan now)
    {
        SetTime(now);
        if (!_started)
        {
            return;
        }

        AskForSetupAgain();
        if (Role == RaftRole.Leader)
        {
            CheckQuorum();
        }
        else if (_now >= CampaignAt && MayCampaign && !TryExtendWait())
        {
            StartElection();
        }
    }

    /// <summary>
    /// Ends a batch of inputs: advances a leader's commit index, and adds to <see cref="Outputs"/> the write that follows from all inputs
    /// together, the entries that followers can be sent, and heartbeats that are due.
    /// </summary>
    public void CompleteBatch()
    {
        if (Role == RaftRole.Leader)
        {
            AdvanceCommitIndex();
            AdvanceTransfer();
            AdvanceReads();
            SendToFollowers();
        }
        else
        {
            AskLeader();
        }

        EmitWrites();
        _log.Evict(Math.Min(CommitIndex, DurableIndex), _options.MaximumCachedEntries, _options.MaximumCachedBytes);
    }

    /// <summary>The term of the entry at an index between <see cref="FirstIndex"/> - 1 and <see cref="LastIndex"/>.</summary>
    /// <param name="index">The index.</param>
    /// <returns>The term; 0 at the start of the log.</returns>
    public long TermAt(long index) => _log.TermAt(index);

    /// <summary>
    /// Entries from memory, without a copy: consecutive ones from <paramref name="firstIndex"/> on, at least one if it exists.
    /// </summary>
    /// <param name="firstIndex">The first index wanted; from <see cref="FirstCachedIndex"/> on.</param>
    /// <param name="lastIndex">The last index wanted.</param>
    /// <param name="maximumEntries">The largest number of entries to return.</param>
    /// <returns>The slice. It never changes, and may be read on any thread.</returns>
    public ReadOnlyMemory<LogEntry> CachedEntries(long firstIndex, long lastIndex, int maximumEntries) =>
        _log.Slice(firstIndex, Math.Min(lastIndex, LastIndex), maximumEntries, long.MaxValue);

    /// <summary>Sets the time, and notes whether the process was paused: a leader's host passes the time at every heartbeat.</summary>
    private void SetTime(TimeSpan now)
    {
        if (now - _now >= _options.HeartbeatInterval + (_options.MinimumElectionTimeout / 2))
        {
            _contact.OnPaused(now);
        }

        _now = now > _now ? now : _now;
    }

    /// <summary>Records that everything up to an index is committed. The commit index never falls.</summary>
    private void CommitThrough(long index)
    {
        if (index <= CommitIndex)
        {
            return;
        }

        if (Role == RaftRole.Leader)
        {
            _uncommittedBytes -= _log.CommandBytesOf(Math.Max(CommitIndex + 1, _log.FirstCachedIndex), index);
        }

        CommitIndex = index;
        EndJoinIfCaughtUp();
        ClearObsoleteReception();
    }

    private void ThrowIfBroken(bool broken, string rule)
    {
        if (broken)
        {
            throw new ConsensusInvariantException(
                $"Node {Id} in term {Term}, commit index {CommitIndex}, log {FirstIndex} to {LastIndex}: {rule}");
        }
    }
}
