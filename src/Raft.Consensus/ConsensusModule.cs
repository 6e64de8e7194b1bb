using System.Numerics;

namespace Raft.Consensus;

/// <summary>
/// The Raft algorithm of one node, and nothing else: a deterministic state machine that takes inputs one at a time and
/// collects what it wants done. It reads no clock, draws no randomness but from its seed, waits for nothing and starts
/// nothing, so the same inputs always give the same outputs.
/// </summary>
/// <remarks>
/// <para>
/// The host calls any number of inputs (<see cref="Receive"/>, <see cref="Propose"/>, <see cref="AdvanceTime"/>,
/// <see cref="Persisted"/>, <see cref="EntriesLoaded"/>, those of snapshots), then <see cref="CompleteBatch"/> once, carries out
/// <see cref="Outputs"/> and clears them. However many inputs a batch has, it makes one write and one message per
/// follower (more only at the bounds of a segment or message).
/// </para>
/// <para>
/// The <em>hard state</em> is the term and the vote, what a node must never forget. A <em>version</em> numbers the writes that the
/// module asks for, each of the hard state, of a suffix of the log, or of both: "version 7 is durable" says that the
/// seventh write and all before it would survive a crash.
/// </para>
/// <para>
/// The host owes three things. It carries writes out in order. It sends a message only when the version that it is bound
/// to is durable: no vote or acknowledgement leaves before what it promises would survive a crash. It reports durable
/// versions, in any order, as often as it likes.
/// </para>
/// <para>Not thread-safe: one caller at a time. The files of this class are one per concern: elections, proposals and
/// replication on the leader, the follower's side, snapshots, and persistence.</para>
/// </remarks>
public sealed partial class ConsensusModule
{
    /// <summary>Terms and indices beyond this are refused: they come from no real cluster, and counting on from them would overflow.</summary>
    internal const long LargestNumber = 1L << 62;

    private readonly ConsensusOptions _options;
    private readonly ClusterConfiguration _configuration;
    private readonly DeterministicRandom _random;
    private readonly ReplicatedLog _log;
    private readonly DurabilityTracker _durability;
    private readonly TimeSpan?[] _voterHeardAt;
    private readonly int _position; // of this node among the voters
    private bool _started;
    private TimeSpan _resumedAt;
    private TimeSpan _now;
    private long _lastCorrelation;

    /// <summary>Makes the module of a node from what its log store holds. Entries follow through <see cref="Recover"/>.</summary>
    /// <param name="options">The node, its cluster and its limits; must not change afterwards.</param>
    /// <param name="hardState">The stored term and vote; <c>default</c> on first start.</param>
    /// <param name="previousIndex">The index before the first stored entry; 0 unless the log was compacted.</param>
    /// <param name="previousTerm">The term at that index; 0 unless the log was compacted.</param>
    /// <param name="previousTime">The time of the entry there, if it is known: no later entry is stamped with an earlier one.</param>
    /// <exception cref="ArgumentException">The options contradict themselves; the message says where.</exception>
    public ConsensusModule(ConsensusOptions options, HardState hardState = default, long previousIndex = 0, long previousTerm = 0, DateTimeOffset previousTime = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(hardState.Term);
        ArgumentOutOfRangeException.ThrowIfNegative(previousIndex);
        ArgumentOutOfRangeException.ThrowIfNegative(previousTerm);
        options.Validate();

        _options = options;
        _configuration = new ClusterConfiguration(options.Voters);
        _voterHeardAt = new TimeSpan?[_configuration.Voters.Count];
        _position = _configuration.PositionOf(Id);
        _random = new DeterministicRandom(options.RandomSeed);
        _log = new ReplicatedLog(previousIndex, previousTerm, options.MaximumCachedEntries, previousTime, options.MaximumCachedBytes);
        _durability = new DurabilityTracker(previousIndex);
        _firstUnwritten = previousIndex + 1;
        CommitIndex = previousIndex;
        Term = hardState.Term;
        VotedFor = hardState.VotedFor;
        if (options.InitialTerm > Term)
        {
            Term = options.InitialTerm;
            VotedFor = null;
            _hardStateChanged = true;
        }
    }

    /// <summary>The node that this module speaks for.</summary>
    public NodeId Id => _options.NodeId;

    /// <summary>Figure 2's <c>currentTerm</c>.</summary>
    public long Term { get; private set; }

    /// <summary>Figure 2's <c>votedFor</c>: who received this node's vote in <see cref="Term"/>.</summary>
    public NodeId? VotedFor { get; private set; }

    /// <summary>What the node is at the moment.</summary>
    public RaftRole Role { get; private set; } = RaftRole.Follower;

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

    /// <summary>Up to here this node's own log is durable.</summary>
    public long DurableIndex => _durability.DurableIndex;

    /// <summary>Every write up to this version was reported durable.</summary>
    public long DurableVersion => _durability.DurableVersion;

    /// <summary>The first entry that is in memory; older ones must be read from the log store.</summary>
    public long FirstCachedIndex => _log.FirstCachedIndex;

    /// <summary>How many payload bytes of the log are in memory.</summary>
    internal long CachedBytes => _log.CachedBytes;

    /// <summary>Messages that were ignored because they contradict themselves or the protocol, since the module was made.</summary>
    public long IgnoredMessages { get; private set; }

    /// <summary>How many voters this node, if it is one, has heard from in the last <see cref="ConsensusOptions.MaximumElectionTimeout"/>, itself included.</summary>
    public int ReachableVoters => BitOperations.PopCount(ReachableVoterBits);

    /// <summary>Which voters <see cref="ReachableVoters"/> counts: bit <c>i</c> stands for the one that comes at position <c>i</c> when they are ordered by their ids.</summary>
    internal ulong ReachableVoterBits
    {
        get
        {
            ulong reachable = 1UL << _position;
            for (int i = 0; i < _voterHeardAt.Length; i++)
            {
                reachable |= _now - _voterHeardAt[i] <= _options.MaximumElectionTimeout ? 1UL << i : 0;
            }

            return reachable;
        }
    }

    /// <summary>What this leader knows of each follower; empty for any other role.</summary>
    internal ReadOnlySpan<FollowerProgress> Followers => _followers;

    /// <summary>What the module wants done.</summary>
    public ConsensusOutputs Outputs { get; } = new();

    /// <summary>When <see cref="AdvanceTime"/> must be called next; null if time does not matter.</summary>
    public TimeSpan? NextDeadline => !_started ? null : Role == RaftRole.Leader ? LeaderDeadline : _electionDeadline;

    /// <summary>Takes entries that the log store holds, in order, before <see cref="Start"/>. They count as durable.</summary>
    /// <param name="entries">The entries that follow on those taken before.</param>
    /// <exception cref="ConsensusInvariantException">Their terms fall, or exceed the stored term.</exception>
    public void Recover(ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            _log.Append(in entry);
        }

        if (_log.LastTerm > Term)
        {
            throw new ConsensusInvariantException($"The stored log ends in term {_log.LastTerm}, but the stored term is {Term}: the term was lost.");
        }

        _durability.Recover(_log.LastIndex);
        _firstUnwritten = _log.LastIndex + 1;
        _log.Evict(_log.LastIndex, _options.MaximumCachedEntries, _options.MaximumCachedBytes);
    }

    /// <summary>Takes it that entries up to an index are known to be committed, since a durable state machine has applied them.</summary>
    /// <param name="index">The index; at most <see cref="LastIndex"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The log does not reach the index.</exception>
    public void RecoverCommit(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, LastIndex);
        CommitIndex = Math.Max(CommitIndex, index);
    }

    /// <summary>Starts the election timer. Before it, the module answers messages but never campaigns.</summary>
    /// <param name="now">The time, from any origin; must never fall from call to call.</param>
    public void Start(TimeSpan now)
    {
        _started = true;
        SetTime(now);
        ResetElectionDeadline();
        if (_configuration.Voters.Count == 1)
        {
            _electionDeadline = _now; // nobody to wait for
        }
    }

    /// <summary>Says what time it is, and does what is due: campaigns, heartbeats, the leader's check of its quorum.</summary>
    /// <param name="now">The time. Give messages that have arrived to <see cref="Receive"/> first, so that a pause of the process does not look like silence.</param>
    public void AdvanceTime(TimeSpan now)
    {
        SetTime(now);
        if (!_started)
        {
            return;
        }

        if (Role == RaftRole.Leader)
        {
            CheckQuorum();
        }
        else if (_now >= _electionDeadline)
        {
            StartElection();
        }
    }

    /// <summary>Takes a message. One for another node or cluster, or one that contradicts itself, is ignored and counted.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time.</param>
    public void Receive(RaftMessage message, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(message);
        SetTime(now);
        if (message.To != Id || message.ClusterId != _options.ClusterId || message.Term is < 0 or > LargestNumber)
        {
            IgnoredMessages++;
            return;
        }

        int voter = _configuration.PositionOf(message.From);
        if (voter >= 0)
        {
            _voterHeardAt[voter] = _now;
        }

        switch (message)
        {
            case AppendEntriesMessage append:
                OnAppendEntries(append);
                break;
            case AppendEntriesReplyMessage reply:
                OnAppendEntriesReply(reply);
                break;
            case InstallSnapshotMessage install:
                OnInstallSnapshot(install);
                break;
            case InstallSnapshotReplyMessage reply:
                OnInstallSnapshotReply(reply);
                break;
            case RequestVoteMessage { IsPreVote: true } request:
                OnRequestPreVote(request);
                break;
            case RequestVoteMessage request:
                OnRequestVote(request);
                break;
            case RequestVoteReplyMessage { IsPreVote: true } reply:
                OnRequestPreVoteReply(reply);
                break;
            case RequestVoteReplyMessage reply:
                OnRequestVoteReply(reply);
                break;
        }
    }

    /// <summary>Ends a batch of inputs: fills <see cref="Outputs"/> with the write and the messages that follow from all of them together.</summary>
    public void CompleteBatch()
    {
        if (Role == RaftRole.Leader)
        {
            AdvanceCommitIndex();
            SendToFollowers();
        }

        EmitWrites();
        _log.Evict(Math.Min(CommitIndex, DurableIndex), _options.MaximumCachedEntries, _options.MaximumCachedBytes);
    }

    /// <summary>The term of the entry at an index between <see cref="FirstIndex"/> - 1 and <see cref="LastIndex"/>.</summary>
    /// <param name="index">The index.</param>
    /// <returns>The term; 0 at the start of the log.</returns>
    public long TermAt(long index) => _log.TermAt(index);

    /// <summary>Entries from memory, without a copy: consecutive ones from <paramref name="firstIndex"/> on, at least one if it is there.</summary>
    /// <param name="firstIndex">The first index wanted; from <see cref="FirstCachedIndex"/> on.</param>
    /// <param name="lastIndex">The last index wanted.</param>
    /// <param name="maximumEntries">How many at most.</param>
    /// <returns>The slice. It never changes, and may be read on any thread.</returns>
    public ReadOnlyMemory<LogEntry> CachedEntries(long firstIndex, long lastIndex, int maximumEntries) =>
        _log.Slice(firstIndex, Math.Min(lastIndex, LastIndex), maximumEntries, long.MaxValue);

    /// <summary>Notes the time, and whether it has jumped: a leader's host that runs says the time at every heartbeat.</summary>
    private void SetTime(TimeSpan now)
    {
        if (now - _now >= _options.HeartbeatInterval + (_options.MinimumElectionTimeout / 2))
        {
            _resumedAt = now;
        }

        _now = now > _now ? now : _now;
    }

    /// <summary>Takes it that everything up to an index is committed. The commit index never falls.</summary>
    private void CommitThrough(long index)
    {
        if (index <= CommitIndex)
        {
            return;
        }

        if (Role == RaftRole.Leader)
        {
            _uncommittedBytes -= _log.BytesOf(Math.Max(CommitIndex + 1, _log.FirstCachedIndex), index);
        }

        CommitIndex = index;
        ClearObsoleteReception();
    }

    private void ThrowIfBroken(bool broken, string rule)
    {
        if (broken)
        {
            throw new ConsensusInvariantException($"Node {Id} in term {Term}, commit {CommitIndex}, log {FirstIndex} to {LastIndex}: {rule}");
        }
    }
}
