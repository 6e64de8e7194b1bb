using Raft.Consensus;

namespace Raft;

/// <summary>
/// A node of a Raft cluster. Run it with <see cref="RunAsync"/>, propose commands to the one that leads with
/// <see cref="ProposeAsync(string, CancellationToken)"/>, and read its state machine with <c>ReadAsync</c>: the cluster elects leaders,
/// replicates the commands and applies them to every node's state machine, in the same order. With nothing but an id it is a cluster of
/// one, in memory.
/// </summary>
/// <remarks>
/// <para>All members are safe to call from any thread. Await a <see cref="ValueTask"/> that a member returns once.</para>
/// <para>
/// A node answers <see cref="RequestVoteAsync"/> and <see cref="AppendEntriesAsync"/> from its construction on: the first call opens
/// its log store. It campaigns, uses its transport and takes proposals while <see cref="RunAsync"/> runs.
/// </para>
/// </remarks>
public sealed partial class RaftNode : IAsyncDisposable, IDisposable
{
    private readonly NodeSettings _settings;
    private readonly NodeSources _sources;
    private readonly StatusBoard _board;
    private readonly LeadershipToken _leadership;
    private readonly LeaderWork _work = new();
    private readonly NodeMetrics? _metrics;
    private readonly NodeLogger? _logger;
    private readonly NodeLives _lives;

    /// <summary>Creates a node. It does nothing before <see cref="RunAsync"/>, except that it answers the handlers.</summary>
    /// <param name="nodeId">Its id; a plain string converts to one.</param>
    /// <param name="initialTerm">
    /// A lower bound of its first term, 0 or more: the larger of it and the stored one counts. Raising the term clears the stored vote.
    /// </param>
    /// <param name="options">
    /// Its settings; copied, so later changes have no effect. Null: the defaults, and a cluster of this node alone.
    /// </param>
    /// <param name="ports">Its stores, transport, state machine and clock. Null, or null in it: everything in memory.</param>
    /// <exception cref="ArgumentException">The settings contradict themselves or the ports; the message says what to change.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialTerm"/> is negative.</exception>
    public RaftNode(NodeId nodeId, long initialTerm = 0, RaftNodeOptions? options = null, RaftNodePorts? ports = null)
    {
        _settings = new NodeSettings(nodeId, initialTerm, options ?? new RaftNodeOptions(), ports ?? new RaftNodePorts());
        _sources = new NodeSources(_settings.Scheduler);
        _board = new StatusBoard(nodeId, _sources.Signals, _sources.Resumes, _settings.Transport, _settings.Clock);
        _leadership = new LeadershipToken(_settings.Scheduler);
        _metrics = _settings.Metrics is { } metrics ? new NodeMetrics(metrics, _board, nodeId, _settings.ClusterId) : null;
        _logger = _settings.Loggers is { } loggers ? new NodeLogger(loggers, _settings.Scheduler, nodeId, _sources.Lifecycle) : null;
        _lives = new NodeLives(new NodeShared(_settings, _sources, _board, _leadership, _work, _metrics, _logger));
        _board.Publish(new PublishedStatus
        {
            Term = initialTerm,
            FirstIndex = 1,
            Configuration = _settings.InitialConfiguration,
            Reachable = new NodeSet([nodeId]),
        });
    }

    /// <summary>The node's id.</summary>
    public NodeId Id => _settings.NodeId;

    /// <summary>What the node is and knows now: term, vote, role, leader and the state of its log, all of one moment.</summary>
    public RaftStatus Status => _board.Read().Status;

    /// <summary>
    /// The configuration of the cluster that is in effect at this node, as in <see cref="RaftStatus.Membership"/>: who votes, and who only
    /// receives the log.
    /// </summary>
    public ClusterConfiguration Membership => _board.Current.Configuration;

    /// <summary>The status that the worker published last, without what makes it readable for people.</summary>
    internal PublishedStatus PublishedStatus => _board.Current;

    /// <summary>Grows with every change of the status.</summary>
    internal long StatusVersion => _board.Version;

    /// <summary>The highest entry that the state machine was reported to have applied.</summary>
    internal long AppliedIndex => _board.AppliedIndex;

    /// <summary>After which time without progress it reports that something hangs.</summary>
    internal TimeSpan HangTimeout => _settings.HangTimeout;

    /// <summary>The last term whose leadership this life gave up because something hung; 0 if it gave up none. For simulations.</summary>
    internal long LastTermGivenUp => _lives.Current?.Parts.Watches.LastTermGivenUp ?? 0;

    /// <summary>Has the state machine do something, between two batches; for simulations.</summary>
    internal void Occupy(StateMachineQuery query) => _lives.Current?.Parts.Commits.Applier.Post(query);

    /// <summary>Calls that wait for something at this node, neither completed nor cancelled.</summary>
    internal int LiveCalls => _sources.Live.Value;

    /// <summary>
    /// What it holds in memory; null before its log is read and after its end. Only for use between two steps of a simulation: nothing
    /// guards it from the worker.
    /// </summary>
    internal NodeFootprint? Footprint => _lives.Current?.Parts.Footprint;

    /// <summary>
    /// Runs the node: opens the log store, starts the transport and the election timer, and continues until it is cancelled or fails. May
    /// be called again afterwards; the node then continues from what its log store holds.
    /// </summary>
    /// <param name="cancellationToken">
    /// Stops the node in good order. No more proposals or reads are taken. A leader waits until its log has committed, for
    /// <see cref="RaftNodeOptions.MaximumElectionTimeout"/> or <see cref="RaftNodeOptions.ShutdownTimeout"/>, whichever is
    /// shorter. It then hands over its leadership if the others can do without it, which takes at most
    /// <see cref="RaftNodeOptions.MinimumElectionTimeout"/>. Finally it waits for writes and the state machine, for what is left of
    /// <see cref="RaftNodeOptions.ShutdownTimeout"/>. A proposal that is in the log and not applied by then ends as unknown; one that
    /// never entered the log is refused.
    /// </param>
    /// <returns>Completes when the node has stopped, normally after cancellation: keep it, and await it at the end.</returns>
    /// <exception cref="NodeFailedException">The node must not continue; the message says why and what to do.</exception>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        NodeLife life = _lives.BeginRun(out NodeLife? failedToOpen);
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
            _lives.EndRun(life);
        }
    }

    /// <summary>Waits until all that the node has reported so far is written to the log.</summary>
    internal ValueTask WaitUntilLoggedAsync(CancellationToken cancellationToken) =>
        _logger?.WaitUntilWrittenAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>What the end of the node waits for, as a noun phrase; null if it has ended.</summary>
    internal string? WaitsFor => _lives.Current?.WaitsFor;

    /// <summary>Waits for a token to be cancelled, which ends the wait with its exception.</summary>
    internal ValueTask WaitForCancellationAsync(CancellationToken cancellationToken) =>
        _sources.Lifecycle.Rent(cancellationToken).UntypedTask;

    /// <summary>Answers a caller whose request was not posted: the node takes no calls, or the limit of waiting ones is reached.</summary>
    private void RefuseUnlessPosted(PendingCaller caller, PostOutcome outcome)
    {
        if (outcome != PostOutcome.Posted)
        {
            caller.Fail(outcome == PostOutcome.Closed ? Stopped() : CallLimit.Exceeded(_settings));
        }
    }

    private NodeStoppedException Stopped()
    {
        RaftStatus status = Status;
        return new NodeStoppedException(
            $"Node {Id} takes no calls now: {status.Explanation.TrimEnd('.')}. Another node may.", status.Failure);
    }
}
