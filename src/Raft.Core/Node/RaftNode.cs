using Raft.Consensus;

namespace Raft;

/// <summary>
/// A node of a Raft cluster: takes part in elections, replicates a log, and applies what is committed to its state machine.
/// With nothing but an id it is a cluster of one, in memory.
/// </summary>
/// <remarks>
/// <para>All members are safe to call from any thread. A <see cref="ValueTask"/> that a member returns is to be awaited once.</para>
/// <para>
/// A node answers <see cref="RequestVoteAsync"/> and <see cref="AppendEntriesAsync"/> from the moment it is made: the
/// first call opens its log store. It campaigns, uses its transport and takes proposals while <see cref="RunAsync"/> runs.
/// </para>
/// </remarks>
public sealed partial class RaftNode : IAsyncDisposable, IDisposable
{
    /// <summary>Far more than any cluster counts to, and far below what the consensus module can go on counting from.</summary>
    private const long LargestArgument = 1L << 53;

    private readonly Lock _lock = new();
    private readonly NodeSettings _settings;
    private readonly NodeSources _sources;
    private readonly StatusBoard _board;
    private readonly LeadershipToken _leadership;
    private readonly NodeMetrics? _metrics;
    private readonly NodeLogger? _logger;
    private NodeLife? _life;
    private bool _isRunning;
    private bool _hasEnded;
    private bool _isClosing;
    private bool _isDisposed;
    private bool _isLeftBehind;
    private long _appliedBefore;
    private Exception? _uncertainState;

    /// <summary>Makes a node. It does nothing before <see cref="RunAsync"/>, but answers the handlers.</summary>
    /// <param name="nodeId">Its id; a plain string will do.</param>
    /// <param name="initialTerm">A lower bound of its first term, 0 or more: the larger of it and the stored one counts. Raising the term clears the stored vote.</param>
    /// <param name="options">Its settings; copied, so later changes have no effect. Null: the defaults, and a cluster of this node alone.</param>
    /// <param name="ports">What it stands on. Null, or what is null in it: everything in memory.</param>
    /// <exception cref="ArgumentException">The settings contradict themselves or the ports; the message says what to change.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialTerm"/> is negative.</exception>
    public RaftNode(NodeId nodeId, long initialTerm = 0, RaftNodeOptions? options = null, RaftNodePorts? ports = null)
    {
        _settings = new NodeSettings(nodeId, initialTerm, options ?? new RaftNodeOptions(), ports ?? new RaftNodePorts());
        _sources = new NodeSources(_settings.Scheduler);
        _board = new StatusBoard(nodeId, _settings.Members, _sources.Signals, _sources.Resumes);
        _leadership = new LeadershipToken(_settings.Scheduler);
        _metrics = _settings.Metrics is { } metrics ? new NodeMetrics(metrics, _board, nodeId, _settings.ClusterId) : null;
        _logger = _settings.Loggers is { } loggers ? new NodeLogger(loggers, _settings.Scheduler, nodeId, _sources.Lifecycle) : null;
        _board.Publish(new PublishedStatus(
            RaftRole.Follower, initialTerm, VotedFor: null, Leader: null, FirstIndex: 1, LastIndex: 0, CommitIndex: 0, SnapshotIndex: 0, _settings.OwnBit, IsRunning: false, ApplyHangs: false, DiskHangs: false, Failure: null));
    }

    /// <summary>The node's id.</summary>
    public NodeId Id => _settings.NodeId;

    /// <summary>What the node is and knows now: term, vote, role, leader and the state of its log, all of one moment.</summary>
    public RaftStatus Status => _board.Read().Status;

    /// <summary>What the worker published last, without what makes it readable for people.</summary>
    internal PublishedStatus Snapshot => _board.Snapshot;

    /// <summary>Grows with every change of the status.</summary>
    internal long StatusVersion => _board.Version;

    /// <summary>The highest entry that the state machine was reported to have applied.</summary>
    internal long AppliedIndex => _board.AppliedIndex;

    /// <summary>Calls that wait for something at this node, neither completed nor cancelled.</summary>
    internal int LiveCalls => _sources.Live.Value;

    /// <summary>What it holds in memory; null before its log is read and after its end. To be asked between two steps of a simulation: nothing guards it from the worker.</summary>
    internal NodeFootprint? Footprint => _life?.Footprint;

    /// <summary>
    /// Runs the node: opens the log store, starts the transport and the election timer, and goes on until it is cancelled
    /// or fails. May be called again afterwards; the node then goes on from what its log store holds.
    /// </summary>
    /// <param name="cancellationToken">
    /// Stops the node in good order. No more proposals are taken. A leader waits until its log has committed, for
    /// <see cref="RaftNodeOptions.MaximumElectionTimeout"/> or <see cref="RaftNodeOptions.ShutdownTimeout"/>, whichever is
    /// shorter; then for writes and the state machine, for what is left of the latter. A proposal that is in the log and not
    /// applied by then ends as unknown; one that never entered the log is refused.
    /// </param>
    /// <returns>Completes when the node has stopped, normally after cancellation: keep it, and await it at the end.</returns>
    /// <exception cref="NodeFailedException">The node must not go on; the message says why and what to do.</exception>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        NodeLife life = BeginRun(out NodeLife? failedToOpen);
        try
        {
            if (failedToOpen is not null)
            {
                await failedToOpen.CloseAsync().ConfigureAwait(false);
            }

            life.BeginOpen();
            await life.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndRun(life);
        }
    }

    /// <summary>
    /// Invoked by candidates to gather votes: RequestVote of Figure 2. A transport has no need for it, since it delivers
    /// messages; it is the paper's procedure call, for those who want to make it.
    /// </summary>
    /// <param name="term">The candidate's term.</param>
    /// <param name="candidateId">The candidate that requests the vote.</param>
    /// <param name="lastLogIndex">Index of the candidate's last log entry (section 5.4.1); 0 if its log is empty.</param>
    /// <param name="lastLogTerm">Term of that entry; 0 if the log is empty.</param>
    /// <param name="cancellationToken">Stops waiting for the answer. The vote may be given all the same.</param>
    /// <returns>The current term, and whether the candidate received the vote: durable when it is given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or beyond 2^53.</exception>
    /// <exception cref="ArgumentException">The candidate is this node.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">As many calls as <see cref="RaftNodeOptions.MaximumWaitingMessages"/> allows wait already.</exception>
    public ValueTask<RequestVoteReply> RequestVoteAsync(long term, NodeId candidateId, long lastLogIndex, long lastLogTerm, CancellationToken cancellationToken = default)
    {
        ThrowIfOutOfRange(term, nameof(term));
        ThrowIfOutOfRange(lastLogIndex, nameof(lastLogIndex));
        ThrowIfOutOfRange(lastLogTerm, nameof(lastLogTerm));
        ThrowIfSelfOrNobody(candidateId, nameof(candidateId));
        RequestVoteMessage request = new()
        {
            From = candidateId,
            To = Id,
            ClusterId = _settings.ClusterId,
            Term = term,
            LastLogIndex = lastLogIndex,
            LastLogTerm = lastLogTerm,
        };
        return CallHandler(request, _sources.Votes, cancellationToken);
    }

    /// <summary>
    /// Invoked by the leader to replicate log entries, or without entries as heartbeat: AppendEntries of Figure 2.
    /// </summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="leaderId">The leader.</param>
    /// <param name="prevLogIndex">Index of the entry directly before the new ones; 0 for the start of the log.</param>
    /// <param name="prevLogTerm">Term of that entry; 0 for the start of the log.</param>
    /// <param name="entries">The entries from <paramref name="prevLogIndex"/> + 1 on; their data belongs to the log from now on.</param>
    /// <param name="leaderCommit">The leader's commit index.</param>
    /// <param name="cancellationToken">Stops waiting for the answer. The entries may be appended all the same.</param>
    /// <returns>The current term, and whether this node held the previous entry and now holds the new ones, durably.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or beyond 2^53.</exception>
    /// <exception cref="ArgumentException">The leader is this node, or no correct leader could send these entries: their terms fall along the log or exceed <paramref name="term"/>, or this version does not implement their kind.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">As many calls as <see cref="RaftNodeOptions.MaximumWaitingMessages"/> allows wait already.</exception>
    public ValueTask<AppendEntriesReply> AppendEntriesAsync(
        long term,
        NodeId leaderId,
        long prevLogIndex,
        long prevLogTerm,
        IReadOnlyList<LogEntry> entries,
        long leaderCommit,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ThrowIfOutOfRange(term, nameof(term));
        ThrowIfOutOfRange(prevLogIndex, nameof(prevLogIndex));
        ThrowIfOutOfRange(prevLogTerm, nameof(prevLogTerm));
        ThrowIfOutOfRange(leaderCommit, nameof(leaderCommit));
        ThrowIfSelfOrNobody(leaderId, nameof(leaderId));
        AppendEntriesMessage request = new()
        {
            From = leaderId,
            To = Id,
            ClusterId = _settings.ClusterId,
            Term = term,
            PrevLogIndex = prevLogIndex,
            PrevLogTerm = prevLogTerm,
            Entries = entries.ToArray(),
            LeaderCommit = leaderCommit,
        };
        if (!ConsensusModule.IsWellFormed(request))
        {
            throw new ArgumentException(
                $"No correct leader of term {term} sends these entries after entry {prevLogIndex} of term {prevLogTerm}. Their terms must start at 1, not fall along the log, and not exceed the leader's term. Their kinds must be {nameof(EntryKind.Command)} or {nameof(EntryKind.NoOp)}, which are all that this version implements.", nameof(entries));
        }

        return CallHandler(request, _sources.Appends, cancellationToken);
    }

    /// <summary>Waits until what the node has told so far stands in the log.</summary>
    internal ValueTask WaitUntilLoggedAsync(CancellationToken cancellationToken) => _logger?.WaitUntilWrittenAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Waits for a token to be cancelled, which ends the wait with its exception.</summary>
    internal ValueTask WaitForCancellationAsync(CancellationToken cancellationToken) => _sources.Lifecycle.Rent(cancellationToken).UntypedTask;

    private static void ThrowIfOutOfRange(long value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestArgument, name);
    }

    private void ThrowIfSelfOrNobody(NodeId other, string name)
    {
        if (other == Id || other == default)
        {
            throw new ArgumentException($"The caller must be another node than '{Id}'.", name);
        }
    }

    private ValueTask<TReply> CallHandler<TReply>(RaftMessage request, CompletionSourcePool<TReply> pool, CancellationToken cancellationToken)
    {
        NodeLife? life = OpenedLife();
        CompletionSource<TReply> source = pool.Rent(cancellationToken);
        ValueTask<TReply> reply = source.Task;
        NodeLife.HandlerCall call = new(request, new PendingCaller(source, source.Generation));
        Refuse(call, life?.Post(call) ?? PostOutcome.Closed);
        return reply;
    }

    private void Refuse(NodeRequest request, PostOutcome outcome)
    {
        if (outcome != PostOutcome.Posted)
        {
            request.Refuse(outcome == PostOutcome.Closed ? Stopped() : new OverloadedException(
                $"{_settings.MaximumWaitingMessages} calls wait already, as many as {nameof(RaftNodeOptions.MaximumWaitingMessages)} allows: call again when some are done."));
        }
    }

    private NodeStoppedException Stopped() => new($"Node {Id} takes no calls now: {Status.Explanation.TrimEnd('.')}. Another node may.", Status.Failure);

    /// <summary>The life that answers handlers: begun by the first call, if the node has not run yet. Null once it has stopped.</summary>
    private NodeLife? OpenedLife()
    {
        NodeLife life;
        lock (_lock)
        {
            if (_life is not null || _hasEnded || _isDisposed)
            {
                return _life;
            }

            life = _life = NewLife();
        }

        life.BeginOpen();
        return life;
    }

    /// <summary>Claims the node for a run.</summary>
    /// <param name="failedToOpen">A life that a handler began and that has failed; to be closed before the new one opens.</param>
    private NodeLife BeginRun(out NodeLife? failedToOpen)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isRunning)
            {
                throw new InvalidOperationException($"Node {Id} is running already.");
            }

            failedToOpen = _life is { IsEnded: true } ? _life : null;
            if (failedToOpen is not null)
            {
                Remember(failedToOpen);
            }

            if (_uncertainState is not null)
            {
                throw new NodeFailedException($"The state machine of node {Id} was given up on while it was at work, so its content is uncertain: make a new node with a new state machine on the same log store.", _uncertainState);
            }

            bool isNew = _life is null || failedToOpen is not null;
            NodeLife life = isNew ? NewLife() : _life!; // otherwise a handler has opened one, which goes on
            _life = life;
            _isRunning = true;
            if (isNew)
            {
                _board.Publish(_board.Snapshot with { Role = RaftRole.Follower, Failure = null }); // whoever waits for a leader from now on waits for this run
            }

            return life;
        }
    }

    private void EndRun(NodeLife life)
    {
        lock (_lock)
        {
            _isRunning = false;
            _hasEnded = true;
            _life = null;
            Remember(life);
        }

        _board.Touch(); // for DisposeAsync and WatchAsync
    }

    /// <summary>Keeps what the next life must know of one that is over: the state machine stays, and must not be given anything twice.</summary>
    private void Remember(NodeLife ended)
    {
        _appliedBefore = ended.AppliedIndex;
        if (ended.StateIsUncertain)
        {
            _uncertainState = ended.Failure as Exception ?? new TimeoutException("The state machine had not finished when the node stopped waiting for it.");
        }
    }

    /// <summary>Whether it is disposed and has ended, so that nothing will ever change again.</summary>
    private bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _isDisposed && !_isRunning && _board.Snapshot.Role is RaftRole.Stopped or RaftRole.Failed;
            }
        }
    }

    private NodeLife NewLife() => new(_settings, _sources, _board, _leadership, _metrics, _logger, _appliedBefore);
}
