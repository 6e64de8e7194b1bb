using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A node of a <see cref="SimulatedCluster"/> through all its lives: each start makes a new <see cref="RaftNode"/> with an empty
/// log of strings over what its disk holds.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and is disposed with each life; a script has nothing to dispose.
public sealed class SimulatedNode
#pragma warning restore CA1001
{
    private readonly SimulatedWorld _world;
    private readonly LogAgreement _agreement;
    private readonly Func<RaftNodeOptions> _options;
    private readonly List<SimulatedProposal> _proposals = [];
    private readonly SeededRandom _applyRandom;
    private SimulatedProcess? _process;
    private SimulatedTransport? _transport;
    private CancellationTokenSource? _stopping;
    private Task? _running;
    private long _seenVersion;
    private bool _isStopping;

    internal SimulatedNode(NodeId id, SimulatedWorld world, LogAgreement agreement, Func<RaftNodeOptions> options)
    {
        Id = id;
        _world = world;
        _agreement = agreement;
        _options = options;
        Store = world.CreateLogStore();
        _applyRandom = world.Random.Fork();
        Snapshots = world.CreateSnapshotStore();
        SideCalls = new SideCalls(id, agreement.Report);
    }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>Its disk; a new object after each crash.</summary>
    public SimulatedLogStore Store { get; private set; }

    /// <summary>Its snapshots, on a disk of their own; a new object after each crash.</summary>
    public SimulatedSnapshotStore Snapshots { get; private set; }

    /// <summary>Its present life, or the last one.</summary>
    /// <exception cref="InvalidOperationException">It was never started.</exception>
    public RaftNode Raft => Current ?? throw new InvalidOperationException($"Node '{Id}' was never started.");

    /// <summary>What its state machine holds in this life: the strings that it has applied, in order.</summary>
    // Compared when it applied them.
    public IReadOnlyList<string> Log => StateMachine is { } log ? [.. _agreement.Agreed.Take(log.Count)] : [];

    /// <summary>Its status.</summary>
    public RaftStatus Status => Raft.Status;

    /// <summary>Whether it was started and neither stopped, crashed nor failed since.</summary>
    public bool IsRunning => _running is { IsCompleted: false } && _process is not null;

    /// <summary>What made it fail in this life; null if nothing did.</summary>
    public Exception? Failure => _running?.Exception?.InnerException;

    /// <summary>Whether the script expects it to fail, as with a broken disk. Default false: a failing node fails the run.</summary>
    public bool MayFail { get; set; }

    /// <summary>What its state machine throws when its state is captured next, once; null for nothing.</summary>
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

    /// <summary>Sees every write before it takes effect.</summary>
    internal Action<LogWrite>? Writing { get; set; }

    /// <summary>Sees every compaction of the log before it takes effect.</summary>
    internal Action<long>? Compacting { get; set; }

    /// <summary>Calls other than proposals.</summary>
    internal SideCalls SideCalls { get; private set; }

    internal RaftNode? Current { get; private set; }

    /// <summary>Whether a node that runs is neither on its way to stop nor about to end because of its disk.</summary>
    private bool IsWell => !_isStopping && !Store.HasFailed && Raft.PublishedStatus.Lifecycle != NodeLifecycle.Failed;

    internal SimulatedLog? StateMachine { get; private set; }

    /// <summary>The options of its present life, or the last one.</summary>
    internal RaftNodeOptions Options { get; private set; } = new();

    /// <summary>Whether it was never started, crashed, or has ended and been seen to.</summary>
    internal bool IsDown => _process is null;

    /// <summary>Whether it was asked to stop in this life.</summary>
    internal bool IsStopping => _isStopping;

    /// <summary>Whether its process is paused.</summary>
    internal bool IsPaused => _process is { IsPaused: true };

    /// <summary>What its own clock shows.</summary>
    internal TimeSpan Now => _process?.Now ?? _world.Clock.Now;

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

    internal void Start()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"Node '{Id}' runs already.");
        }

        SimulatedProcess process = _process = new SimulatedProcess(_world);
        _transport = _world.Network.CreateTransport();
        _stopping = new CancellationTokenSource();
        StateMachine = NewStateMachine is null ? new SimulatedLog(Id, _agreement) : null;
        _seenVersion = -1;
        _isStopping = false;
        Situation = default;
        Store.Writing = Writing;
        Store.Compacting = Compacting;
        Snapshots.BeginLife();
        SideCalls = new SideCalls(Id, _agreement.Report);
        RaftNodePorts ports = new()
        {
            Transport = _transport,
            LogStore = Store,
            SnapshotStore = Snapshots,
            StateMachine = new SlowStateMachine(StateMachine ?? NewStateMachine!(this), _world, _applyRandom, () => ApplyDelay, MachineMayBlock, () => RequireOwnThread(process), OnSnapshot),
            Clock = _process,
            Scheduler = _process,
        };
        _world.Trace.Add(_world.Clock.Now, "start", Id);
        Options = _options();
        Current = new RaftNode(Id, initialTerm: 0, Options, ports);
        _running = Current.RunAsync(_stopping.Token);
    }

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

            return; // before it has opened its store, what it says is no more than a guess; after a failed write it is about to end
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

    internal void Stop()
    {
        _world.Trace.Add(_world.Clock.Now, "stop", Id);
        _isStopping = true;
        _stopping?.Cancel();
        if (_running is { } running)
        {
            _world.Run(running, waitingFor: $"the end of node '{Id}'");
        }

        // A node that has ended and still owes somebody an answer has forgotten him.
        if (Current is { } ended)
        {
            _world.RunUntilIdle();
            if (ended.LiveCalls != 0)
            {
                throw _world.Failure($"Node {Id} has stopped, and {ended.LiveCalls} of its callers were never answered.", rule: "A caller was never answered");
            }
        }

        End();
    }

    internal void Crash(int survivingWrites)
    {
        _world.Trace.Add(_world.Clock.Now, "crash", Id);
        _process?.Kill();
        _transport?.Sever();
        Store = Store.Crash(survivingWrites);
        Snapshots = Snapshots.Crash(commitSurvives: survivingWrites > 0);
        foreach (SimulatedProposal proposal in _proposals)
        {
            proposal.NoteCrash();
        }

        End();
    }

    /// <summary>Has it take a snapshot now. Whether it can is not waited for.</summary>
    internal void BeginSnapshot()
    {
        _world.Trace.Add(_world.Clock.Now, "begin snapshot", Id);
        _ = TakeSnapshotAsync(Raft);
    }

    private static async Task TakeSnapshotAsync(RaftNode raft)
    {
        try
        {
            await raft.SnapshotAsync().ConfigureAwait(false);
        }
        catch (RaftException)
        {
            // the node has said why it cannot: it stops, its state machine or its disk failed, or there are no snapshots
        }
    }

    /// <summary>Anywhere else, a state machine that blocks would hold up the node, or other nodes.</summary>
    private void RequireOwnThread(SimulatedProcess process)
    {
        if (!process.IsOnOwnThread)
        {
            _agreement.Report($"A thread for what may block is broken: the state machine of {Id}, which may block, was called on another "
                + "one.");
        }
    }

    private void OnSnapshot(bool isRestored)
    {
        if (isRestored)
        {
            Restorations++;
        }
        else if (NextCaptureFailure is { } failure)
        {
            NextCaptureFailure = null;
            throw failure;
        }
    }

    /// <summary>Asks it to stop, without waiting for it.</summary>
    internal void BeginStop()
    {
        _world.Trace.Add(_world.Clock.Now, "begin stop", Id);
        _isStopping = true;
        _stopping?.Cancel();
    }

    /// <summary>Starts it after a fault that has ended it, or should have. One that hangs in its end is crashed.</summary>
    internal void StartAgain()
    {
        Store.ForgetFailure();
        if (IsRunning)
        {
            if (IsWell)
            {
                return; // the fault has not struck
            }

            Crash(survivingWrites: 0);
        }

        Start();
    }

    /// <summary>Starts it, unless it runs and is neither failed nor on its way to stop.</summary>
    internal void StartIfUnhealthy()
    {
        if (!IsRunning || !IsWell)
        {
            StartAgain();
        }
    }

    internal void Pause()
    {
        _world.Trace.Add(_world.Clock.Now, "pause", Id);
        _process?.Pause();
    }

    internal void Resume()
    {
        if (_process is { IsPaused: true } process)
        {
            _world.Trace.Add(_world.Clock.Now, "resume", Id);
            process.Resume();
        }
    }

    internal void SetClockRate(double rate)
    {
        _world.Trace.Add(_world.Clock.Now, "clock rate", Id, (long)(rate * 1_000));
        _process?.SetRate(rate);
    }

    internal SimulatedProposal Propose(string text, ReadOnlyMemory<byte> command)
    {
        RaftNode raft = Raft;
        SimulatedProposal proposal = new(text, Id, token => raft.ProposeAsync(command, token));
        if (_process is null)
        {
            proposal.NoteCrash(); // nobody is there to answer
        }

        _proposals.RemoveAll(static other => !other.IsPending);
        _proposals.Add(proposal);
        return proposal;
    }

    private void End()
    {
        _stopping?.Dispose();
        _stopping = null;
        _process = null;
        _transport = null;
    }
}
