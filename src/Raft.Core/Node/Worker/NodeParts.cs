using System.Diagnostics.CodeAnalysis;
using Raft.Consensus;

namespace Raft;

/// <summary>The parts of a node around its <see cref="ConsensusModule"/>, each with its own state, and how they are connected.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the life disposes the watch of the start.")]
internal sealed class NodeParts
{
    /// <param name="shared">What outlives this life of the node.</param>
    /// <param name="life">How far the life has come.</param>
    /// <param name="ports">What the life has opened.</param>
    /// <param name="appliedBefore">The last entry that the state machine has applied in an earlier life of this node.</param>
    /// <param name="wake">Wakes the worker.</param>
    public NodeParts(NodeShared shared, LifeState life, PortLifetime ports, long appliedBefore, Action wake)
    {
        NodeSettings settings = shared.Settings;
        Context = new NodeContext(settings, shared.Sources, shared.Metrics, shared.Logger, life, wake);
        Calls = new WorkerCalls(Context);
        Start = new StartWatch(Context);

        DroppedMessages dropped = new(shared.Metrics, shared.Logger);
        Lateness = new LatenessReports(Context);
        Observer = new NodeObserver(Context, dropped, Lateness);
        Messages = new MessageIntake(Context, dropped);
        Handlers = new HandlerCalls(Context);
        LogStoreReader reader = new(Context, ports.Ending);
        LogReads = new LogReads(Context, reader);

        Durations = new CommitDurations(Context);
        Intake = new ProposalIntake(Context, Pending, Durations);
        Leadership = new LeadershipTracker(Context, shared.Leadership, Pending, Durations, shared.Board);
        SnapshotPolicy policy = new(settings);
        Commits = new CommitPipeline(Context, Pending, policy, reader, shared.Board, appliedBefore);

        Reads = new NodeReads(Context, Commits);

        SnapshotDisposal disposal = new(settings.Scheduler, settings.Clock, shared.Logger);
        Transfers = new LeadershipTransfers(Context, Commits, Leadership, shared.Work);

        LatestSnapshot = new LatestSnapshot(policy);
        LogCompactor compactor = new(Context, policy, LatestSnapshot, Commits.Applier);
        Snapshots = new SnapshotTaker(Context, Commits.Applier, policy, LatestSnapshot, compactor, disposal, ports.Stopping);
        Installer = new SnapshotInstaller(Context, LatestSnapshot, Commits, Pending, disposal, ports.Stopping);
        SnapshotSenders = new SnapshotSenders(Context, LatestSnapshot, disposal, ports.Stopping);

        Clocks = new ClockReports(Context);
        Setup = new SetupReports(Context, Clocks);
        Notices = new NoticeReports(Context, Setup);
        Followers = new FollowerWatch(Context, policy);
        Sender = new MessageSender(Context, Handlers);
        Outputs = new OutputDispatcher(Context, Sender, reader, SnapshotSenders, Installer, Notices, Reads);
        LeadershipEvidence evidence = new(Context, Outputs.Watch, Commits.Watch, shared.Board);
        Watches = new NodeWatches(
            Context,
            Start,
            Commits,
            Outputs,
            new LeadershipGuard(Context, evidence, Transfers),
            new StrandedCallers(Context, Pending, Commits, Outputs.Watch),
            new ProgressSampler(Context, Pending, shared.Board));
        Recovery = new NodeRecovery(settings, policy, LatestSnapshot, disposal, appliedBefore, Start, ports.Stopping);
    }

    /// <summary>What all of them share.</summary>
    public NodeContext Context { get; }

    /// <summary>Actions and conditions of the node's life, for the worker to run and to evaluate.</summary>
    public WorkerCalls Calls { get; }

    /// <summary>Whether stores open and the transport starts.</summary>
    public StartWatch Start { get; }

    /// <summary>Messages on their way in.</summary>
    public MessageIntake Messages { get; }

    /// <summary>RequestVote and AppendEntries, called as methods.</summary>
    public HandlerCalls Handlers { get; }

    /// <summary>Reads of the log by users.</summary>
    public LogReads LogReads { get; }

    /// <summary>Proposals on their way into the log.</summary>
    public ProposalIntake Intake { get; }

    /// <summary>The callers of proposals in the log.</summary>
    public PendingProposals Pending { get; } = new();

    /// <summary>Whether the node leads.</summary>
    public LeadershipTracker Leadership { get; }

    /// <summary>Handing over the leadership.</summary>
    public LeadershipTransfers Transfers { get; }

    /// <summary>Committed entries on their way to the state machine.</summary>
    public CommitPipeline Commits { get; }

    /// <summary>Reads of the state machine by users.</summary>
    public NodeReads Reads { get; }

    /// <summary>The time that commits take.</summary>
    public CommitDurations Durations { get; }

    /// <summary>What the module wants done: persisting before sending.</summary>
    public OutputDispatcher Outputs { get; }

    /// <summary>What can half work.</summary>
    public NodeWatches Watches { get; }

    /// <summary>What the module notices about other nodes.</summary>
    public NoticeReports Notices { get; }

    /// <summary>Whether this leader's followers make progress.</summary>
    public FollowerWatch Followers { get; }

    /// <summary>Messages on their way out.</summary>
    public MessageSender Sender { get; }

    /// <summary>Snapshots of this node's own state.</summary>
    public SnapshotTaker Snapshots { get; }

    /// <summary>Snapshots on their way to followers.</summary>
    public SnapshotSenders SnapshotSenders { get; }

    /// <summary>A snapshot on its way from the leader.</summary>
    public SnapshotInstaller Installer { get; }

    /// <summary>The latest snapshot, taken here or received.</summary>
    public LatestSnapshot LatestSnapshot { get; }

    /// <summary>Log messages and metrics about changes of the status.</summary>
    public NodeObserver Observer { get; }

    /// <summary>How late the worker comes.</summary>
    public LatenessReports Lateness { get; }

    /// <summary>The clocks of the members.</summary>
    public ClockReports Clocks { get; }

    /// <summary>Members that were set up differently.</summary>
    public SetupReports Setup { get; }

    /// <summary>What the node continues from.</summary>
    public NodeRecovery Recovery { get; }

    /// <summary>
    /// What the node holds in memory; null while its log is not read. Only for use between two steps of a simulation: nothing guards it
    /// from the worker.
    /// </summary>
    public NodeFootprint? Footprint
    {
        get
        {
            if (!Context.Life.IsOpen)
            {
                return null;
            }

            ConsensusModule module = Context.Module;
            (int messages, long bytes) = NodeFootprint.InFlight(module.Followers);
            return new NodeFootprint(
                module.FirstCachedIndex,
                module.LastIndex - module.FirstCachedIndex + 1,
                module.CachedBytes,
                module.LastIndex - Math.Min(module.CommitIndex, module.DurableIndex),
                Pending.Count,
                Intake.Waiting,
                Context.Mailbox.WaitingMessages,
                messages,
                bytes,
                LogReads.Count,
                Calls.WaitingConditions,
                Handlers.Count,
                SnapshotSenders.Count,
                module.EarlyChunks.Count,
                module.EarlyChunks.Bytes,
                Reads.Waiting);
        }
    }
}
