using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A node of a <see cref="SimulatedCluster"/>, across restarts. Each start creates a new <see cref="RaftNode"/> with an empty
/// log of strings on the contents of its disk.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and is disposed with each life; a script has nothing to dispose.
public sealed partial class SimulatedNode
#pragma warning restore CA1001
{
    private readonly SimulatedWorld _world;
    private readonly LogAgreement _agreement;
    private readonly Func<RaftNodeOptions> _options;
    private readonly List<SimulatedProposal> _proposals = [];
    private readonly SeededRandom _applyRandom;
    private SimulatedProcess? _process;
    private readonly SimulatedTransports? _transports;
    private Action? _sever; // its transport from the others
    private CancellationTokenSource? _stopping;
    private Task? _running;
    private long _seenVersion;
    private bool _isStopping;
    private TimeSpan _wallOffset;

    internal SimulatedNode(
        NodeId id,
        SimulatedWorld world,
        LogAgreement agreement,
        Func<RaftNodeOptions> options,
        SimulatedStorage? storage = null,
        SimulatedTransports? transports = null)
    {
        Id = id;
        _world = world;
        _agreement = agreement;
        _options = options;
        _transports = transports;
        Storage = storage ?? new InMemoryStorage(world);
        Store = new ObservedLogStore(Storage.LogStore, StoreEvents);
        Snapshots = new ObservedSnapshotStore(Storage.SnapshotStore, StoreEvents);
        _applyRandom = world.Random.Fork();
        _machine = new MachineHold(world);
        Calls = new ObservedCall(id, agreement.Report);
        SideCalls = new SideCalls(id, Calls, agreement.Report);
    }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>Gets the node's disk, which a script lets hang, slow down or fail.</summary>
    public SimulatedStorage Storage { get; }

    /// <summary>Gets the node's log store as it is observed; a new object after each crash.</summary>
    public ObservedLogStore Store { get; private set; }

    /// <summary>Gets the node's snapshot store as it is observed; a new object after each crash.</summary>
    public ObservedSnapshotStore Snapshots { get; private set; }

    /// <summary>Gets the running <see cref="RaftNode"/>, or the last one that ran.</summary>
    /// <exception cref="InvalidOperationException">The node was never started.</exception>
    public RaftNode Raft => Current ?? throw new InvalidOperationException($"Node '{Id}' was never started.");

    /// <summary>Gets the strings that the state machine has applied since the last start, in order.</summary>
    // They were compared when they were applied.
    public IReadOnlyList<string> Log => StateMachine is { } log ? [.. _agreement.Agreed.Take(log.Count)] : [];

    /// <summary>Gets the node's status.</summary>
    public RaftStatus Status => Raft.Status;

    /// <summary>Gets whether the node was started and has not stopped, crashed or failed since.</summary>
    public bool IsRunning => _running is { IsCompleted: false } && _process is not null;

    /// <summary>Gets the exception that made the node fail since its last start; null if there is none.</summary>
    public Exception? Failure => _running?.Exception?.InnerException;

    /// <summary>
    /// Gets or sets whether the script expects the node to fail, as with a broken disk. Default false: a failing node fails the run.
    /// </summary>
    public bool MayFail { get; set; }

    /// <summary>The exception that the next capture of the state machine throws, once; null for none.</summary>
    internal Exception? NextCaptureFailure { get; set; }

    /// <summary>How many segments of memory its log store takes.</summary>
    internal int StoredSegments => Store.WrittenImage.Entries.SegmentCount;

    /// <summary>How many entries its node keeps in memory in addition to that.</summary>
    internal long CachedEntries => Current?.Footprint?.CachedEntries ?? 0;

    /// <summary>How many times its state machine was restored from a snapshot, in all lives.</summary>
    internal int Restorations { get; private set; }

    /// <summary>How long its state machine takes for a batch.</summary>
    internal TimeSpan ApplyDelay { get; set; }

    /// <summary>Whether its state machine says that it may block, from its next life on, even if it does not by itself.</summary>
    internal bool MachineMayBlock { get; set; }

    /// <summary>Makes its state machine, a new one for each life; null for a <see cref="SimulatedLog"/>.</summary>
    internal Func<SimulatedNode, IStateMachine>? NewStateMachine { get; set; }

    /// <summary>Whether the script expects that a state machine of the cluster diverges.</summary>
    internal bool MayDiverge { get; set; }

    /// <summary>What blank stores mean, from its next start on; null for what the cluster's options say.</summary>
    internal FirstStart? FirstStart { get; set; }

    /// <summary>How often it has lost its stores.</summary>
    internal int LostStores { get; private set; }

    /// <summary>Called when it has lost its stores.</summary>
    internal Action? StoreLost { get; set; }

    /// <summary>What its stores report, in all of its lives.</summary>
    internal StoreEvents StoreEvents { get; } = new();

    /// <summary>Calls other than proposals.</summary>
    internal SideCalls SideCalls { get; private set; }

    internal RaftNode? Current { get; private set; }

    /// <summary>Whether a running node is neither stopping nor about to end because its disk failed.</summary>
    private bool IsWell => !_isStopping && !Store.HasFailed && !Storage.IsFaulty
        && Raft.PublishedStatus.Lifecycle != NodeLifecycle.Failed;

    internal SimulatedLog? StateMachine { get; private set; }

    /// <summary>The user's state machine, of its present life or the last one; null for a log of strings.</summary>
    internal IStateMachine? OwnMachine { get; private set; }

    /// <summary>The options of its present life, or the last one.</summary>
    internal RaftNodeOptions Options { get; private set; } = new();

    /// <summary>Whether it was never started, crashed, or has ended and been seen to.</summary>
    internal bool IsDown => _process is null;

    /// <summary>Whether it was asked to stop in this life.</summary>
    internal bool IsStopping => _isStopping;

    /// <summary>Whether its process is paused.</summary>
    internal bool IsPaused => _process is { IsPaused: true };

    /// <summary>What its wall clock shows.</summary>
    internal DateTimeOffset WallClock => _process?.UtcNow ?? (SimulatedClock.Origin + _world.Clock.Now + _wallOffset);

    /// <summary>When its wall clock was last set; null if it was always right.</summary>
    internal TimeSpan? WallClockSetAt { get; private set; }

    /// <summary>Changes the options of its next lives; null for those that all nodes have.</summary>
    internal Action<RaftNodeOptions>? ChangeOptions { get; set; }

    /// <summary>What its own clock shows.</summary>
    internal TimeSpan Now => _process?.Now ?? _world.Clock.Now;

    /// <summary>What the world's clock showed when this node's clock showed a time.</summary>
    internal TimeSpan WorldTimeOf(TimeSpan own) => _process?.WorldTimeOf(own) ?? own;

    /// <summary>How many of its callers wait for an answer.</summary>
    internal int Waiting
    {
        get
        {
            int waiting = 0;
            foreach (SimulatedProposal proposal in _proposals)
            {
                waiting += proposal.IsPending ? 1 : 0;
            }

            return waiting;
        }
    }

    /// <summary>What it was when the rules last looked at it, in this life.</summary>
    internal NodeSituation Situation { get; set; }

    /// <summary>Looks at it after a step, and calls the rules if its status has changed.</summary>
    internal void Look(ClusterRules rules)
    {
        if (_process is null || Current is not { } raft || raft.StatusVersion == _seenVersion)
        {
            return;
        }

        _seenVersion = raft.StatusVersion;
        PublishedStatus status = raft.PublishedStatus;
        if (!status.IsRunning || Store.HasFailed)
        {
            if (status.Lifecycle == NodeLifecycle.Failed)
            {
                _world.Trace.Note(_world.Clock.Now, "status", Id, status.Term, "Failed");
            }

            return; // the status is not reliable before the store is open, and the node is about to end after a failed write
        }

        NodeSituation before = Situation;
        Situation = new NodeSituation(status.Role, status.Term, status.LastIndex, status.CommitIndex, raft.AppliedIndex);
        if (_world.Trace.KeepsEvents)
        {
            Note(in before);
        }

        rules.OnChanged(this, in before, Situation);
    }

    /// <summary>Notes its new role and commit index in the trace.</summary>
    private void Note(in NodeSituation before)
    {
        NodeSituation now = Situation;
        TimeSpan at = _world.Clock.Now;
        if (now.Role != before.Role || now.Term != before.Term)
        {
            _world.Trace.Note(at, "status", Id, now.Term, string.Create(
                CultureInfo.InvariantCulture, $"{now.Role} of term {now.Term}, log to {now.LastIndex}, committed {now.CommitIndex}, "
                    + $"applied {now.AppliedIndex}"));
        }

        if (now.CommitIndex != before.CommitIndex)
        {
            _world.Trace.Note(at, "commit", Id, now.CommitIndex, string.Create(
                CultureInfo.InvariantCulture, $"up to {now.CommitIndex} in term {now.Term} as {now.Role}, log to {now.LastIndex}"));
        }
    }

    /// <summary>Reports what is wrong with an answer of the node; the run ends.</summary>
    internal void Report(string broken) => _agreement.Report(broken);

    /// <summary>Makes calls whose outcome nobody waits for.</summary>
    internal ObservedCall Calls { get; }

    /// <summary>Asks the node to hand over leadership, without waiting for the outcome.</summary>
    /// <param name="target">The node that is to lead; null for any.</param>
    internal void BeginTransfer(NodeId? target)
    {
        _world.Trace.Add(_world.Clock.Now, "begin transfer", Id);
        RaftNode raft = Raft;
        SimulatedProposal[] waiting = [.. _proposals.Where(static proposal => proposal.IsPending)];
        _ = Calls.MakeAsync("A transfer", () => TransferAsync(raft, target, waiting));
    }

    /// <summary>
    /// A proposal whose outcome is unknown although the transfer during which it waited succeeded; null if there is none.
    /// </summary>
    internal string? LostByTransfer { get; set; }

    private async Task TransferAsync(RaftNode raft, NodeId? target, SimulatedProposal[] waiting)
    {
        long term = raft.PublishedStatus.Term;
        LeadershipTransferResult result = await raft.TransferLeadershipAsync(target).ConfigureAwait(false);
        bool gaveUp = raft.LastTermGivenUp >= term; // a leader that hangs cannot answer its callers
        if (result.IsTransferred && !gaveUp && waiting.FirstOrDefault(static proposal => proposal.LostItsLeader) is { } lost)
        {
            LostByTransfer = lost.Text;
        }
    }

    /// <summary>Asks the node to take a snapshot now, without waiting for the outcome.</summary>
    internal void BeginSnapshot()
    {
        _world.Trace.Add(_world.Clock.Now, "begin snapshot", Id);
        RaftNode raft = Raft;
        _ = Calls.MakeAsync("A snapshot", () => raft.SnapshotAsync().AsTask());
    }

    internal SimulatedProposal Propose(string text, ReadOnlyMemory<byte> command, Leadership? leadership = null)
    {
        RaftNode raft = Raft;
        SimulatedProposal proposal = new(
            text, Id, token => leadership?.ProposeAsync(command, token) ?? raft.ProposeAsync(command, token));
        if (_process is null)
        {
            proposal.NoteCrash(); // a node that is down never answers
        }

        _proposals.RemoveAll(static other => !other.IsPending);
        _proposals.Add(proposal);
        return proposal;
    }
}
