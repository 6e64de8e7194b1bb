using System.Diagnostics.CodeAnalysis;
using Raft.Consensus;

namespace Raft;

/// <summary>
/// The worker of a node: the host of its <see cref="ConsensusModule"/>. Everything that happens to the module happens in
/// <see cref="Pass"/>, on one thread at a time: a work item that is scheduled when something was received, takes all of it, and carries
/// out what follows from it in one go.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the life disposes the timer.")]
internal sealed class NodeWorker : IThreadPoolWorkItem
{
    private readonly NodeParts _parts;
    private readonly NodeContext _context;
    private readonly StatusBoard _board;
    private readonly WorkerTimer _timer;
    private readonly LeaderWork _work;
    private readonly Action _ended;
    private MailboxBatch? _batch;
    private Exception? _openFailure;
    private NodeStoppedException? _endReason;
    private int _pendingReported;
    private int _wakes;

    /// <param name="shared">What outlives this life of the node.</param>
    /// <param name="life">How far the life has come.</param>
    /// <param name="ports">What the life has opened.</param>
    /// <param name="appliedBefore">The last entry that the state machine has applied in an earlier life of this node.</param>
    /// <param name="ended">Called on the worker when the life has ended and everyone is answered.</param>
    public NodeWorker(NodeShared shared, LifeState life, PortLifetime ports, long appliedBefore, Action ended)
    {
        _parts = new NodeParts(shared, life, ports, appliedBefore, Wake);
        _context = _parts.Context;
        _board = shared.Board;
        _timer = new WorkerTimer(shared.Settings.Clock, shared.Settings.Consensus.MinimumElectionTimeout, Wake);
        _work = shared.Work;
        _ended = ended;
    }

    public NodeParts Parts => _parts;

    /// <summary>Why the life ended; null if it has not, or ended in good order.</summary>
    public NodeFailedException? Failure { get; private set; }

    /// <summary>Makes the worker run soon. Cheap when it is about to run anyway.</summary>
    public void Wake()
    {
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            _context.Settings.Scheduler.Schedule(this, preferLocal: true);
        }
    }

    /// <summary>Takes a proposal to the worker.</summary>
    public PostOutcome Post(in Proposal proposal)
    {
        PostOutcome outcome = _context.Mailbox.Post(in proposal, out bool isFirst);
        if (isFirst)
        {
            Wake();
        }

        return outcome;
    }

    /// <summary>The stores are read: the worker runs passes from now on.</summary>
    public void Open(RecoveredNode recovered)
    {
        _context.Module = recovered.Module;
        _parts.Commits.StartAfter(recovered.AppliedIndex, recovered.AppliedTime);
        if (recovered.Restoration is { } restoration)
        {
            _parts.Commits.Restore(restoration);
        }

        _board.Publish(CurrentStatus());
        _board.PublishApplied(_parts.Commits.Applier.AppliedIndex); // after the commit index, which it never exceeds
        _context.Life.TryAdvance(LifeStage.Open);
        Wake();
    }

    /// <summary>The stores could not be opened or read: the worker ends the life.</summary>
    public void FailToOpen(Exception failure)
    {
        Volatile.Write(ref _openFailure, failure);
        Wake();
    }

    /// <summary>The transport has started: begins to take part in the cluster. Called on the worker.</summary>
    public void Begin()
    {
        _context.Life.TryAdvance(LifeStage.Running);
        _work.NotifyEndTo(Wake);
        _context.Module.Start(_context.Now);
        _parts.Observer.Begin(CurrentStatus(), _parts.Reads.Limit);
    }

    /// <summary>A stop has begun: refuses proposals and reads of the state machine from now on. Called on the worker.</summary>
    public void BeginStop()
    {
        _parts.Leadership.Suspend(); // first: work of the leader that is refused knows why
        _context.Life.TryAdvance(LifeStage.Stopping);
        _context.Module.BeginStop();
        _context.Mailbox.CloseForProposals();
        _parts.Reads.BeginStop();
        _parts.Commits.Applier.BeginStop();
    }

    public void Execute()
    {
        int wakes = Volatile.Read(ref _wakes);
        try
        {
            if (_endReason is not null)
            {
                Refuse(_context.Mailbox.Drain(), _endReason);
            }
            else if (_context.Life.IsOpen)
            {
                Pass();
            }
            else if (Volatile.Read(ref _openFailure) is { } failure)
            {
                End(failure);
            }
            else
            {
                _context.Now = _context.Settings.Clock.Now;
                _parts.Start.Check();
                _board.PublishConditions(_parts.Start.Hang is { } hang ? new NodeConditions { Start = hang } : NodeConditions.None);
            }
        }
        // Any exception on the worker stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            End(exception);
        }

        // A node that has more to do queues after everyone else: two busy clusters would starve the pool's other work.
        if (Interlocked.Add(ref _wakes, -wakes) != 0)
        {
            _context.Settings.Scheduler.Schedule(this, preferLocal: false);
        }
    }

    /// <summary>Takes everything that was received, and carries out everything that follows from it.</summary>
    private void Pass()
    {
        _context.Now = _context.Settings.Clock.Now;
        _parts.Lateness.Observe(_timer.OnPass(_context.Now));
        _batch = _context.Mailbox.Drain();
        if (_batch.Failure is { } failure)
        {
            End(failure);
            return;
        }

        _context.Module.UtcNow = _context.Settings.Clock.UtcNow;
        _context.Module.AppliedIndex = _board.AppliedIndex;
        TakeIn(_batch);
        if (_endReason is not null)
        {
            return;
        }

        _context.Module.AdvanceTime(_context.Now); // after the messages: a pause of the process must not look like silence of the leader
        _parts.States.Advance();
        _parts.Outputs.Dispatch();
        _parts.Durations.Record();
        _parts.Watches.Check(_batch.CompletedWrites);
        _parts.Leadership.Update();
        _parts.Transfers.Advance();
        _parts.Commits.WakeWhenApplied(_parts.Transfers.AwaitsCommits || _parts.Leadership.AwaitsItsNoOp);
        _parts.Watches.Conclude();
        _parts.Clocks.Check();
        _parts.Followers.Check();
        _parts.Notices.Check();
        PublishedStatus status = CurrentStatus();
        _board.Publish(in status);
        _parts.Observer.Observe(in status);
        _parts.Commits.HandOver();
        _parts.Snapshots.TakeIfDue();
        _parts.SnapshotSenders.CloseIdle();
        _parts.Installer.AbandonObsolete();
        _parts.Calls.CheckConditions();
        ReportPending(_batch);
        _timer.SetFor(NextDeadline());
        _context.Answers.Resume();
    }

    private void TakeIn(MailboxBatch batch)
    {
        _parts.Outputs.OnWritesCompleted(batch.CompletedWrites);
        if (batch.PersistedVersion > 0)
        {
            _context.Module.Persisted(batch.PersistedVersion, _context.Now);
        }

        _parts.Messages.Take(batch);
        foreach (NodeRequest request in batch.Requests)
        {
            request.Execute();
            if (_endReason is not null)
            {
                return; // the life has ended, and the rest is refused
            }
        }

        _parts.Intake.Append(batch);
        _parts.Reads.Ask();
    }

    private PublishedStatus CurrentStatus() => PublishedStatus.Of(_context.Module, _context.Life.Lifecycle) with
    {
        SnapshotIndex = _parts.LatestSnapshot.Index,
        Conditions = _parts.Watches.Conditions,
        Samples = _parts.Watches.Samples,
        TransferTarget = _context.Module.Transfer?.Target,
        LostData = _parts.Notices.LostData,
        SetupProblems = _parts.Setup.Problems,
        FollowersWithoutProgress = _parts.Followers.WithoutProgress,
        Divergence = _parts.States.Divergence,
        AgreedIndex = _parts.States.AgreedIndex,
    };

    /// <summary>
    /// Only what a pass has received or answered changes how many proposals wait, so most of a follower's passes need not take the
    /// mailbox's lock.
    /// </summary>
    private void ReportPending(MailboxBatch batch)
    {
        int pending = _parts.Pending.Count + _parts.Intake.Waiting;
        if (batch.Proposals.Count > 0 || pending != _pendingReported)
        {
            _pendingReported = pending;
            _context.Mailbox.SetPendingProposals(_pendingReported);
        }

        _context.Metrics?.PublishPending(_parts.Pending.Count);
    }

    private TimeSpan NextDeadline()
    {
        TimeSpan deadline = Earlier(_context.Module.NextDeadline ?? TimeSpan.MaxValue, _parts.Calls.NextDeadline);
        deadline = Earlier(Earlier(deadline, _parts.Intake.NextDeadline), _parts.Transfers.NextDeadline);
        deadline = Earlier(Earlier(deadline, _parts.Watches.NextDeadline), _parts.Notices.NextDeadline);
        deadline = Earlier(deadline, _parts.States.NextDeadline);
        return Earlier(Earlier(deadline, _parts.Observer.NextDeadline), _parts.Lateness.NextDeadline);
    }

    private static TimeSpan Earlier(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>
    /// Ends the life, on the worker: nothing is accepted any more, and everyone who waits is answered. Does nothing the second time.
    /// </summary>
    /// <param name="failure">Why; null for an end in good order.</param>
    public void End(Exception? failure)
    {
        if (!_context.Life.TryAdvance(LifeStage.Ending))
        {
            return;
        }

        NodeEnd end = new(_context.NodeId, failure, _context.Life.IsStopRequested);
        Failure = end.Failure;
        _endReason = end.Reason;
        _timer.Dispose();
        _parts.Start.Dispose();

        // Before anyone is answered: a caller who then looks at the status must not find that the node leads.
        _parts.Leadership.End();
        (Work Work, TimeSpan Since)? occupied = _parts.Commits.Applier.WorkToAbandon;
        _board.PublishEnd(Failure, occupied?.Work.ToString());
        BatchOutcomes outcomes = _parts.Pending.FailAll(end.Unknown, _context.Answers.Batch);
        _context.Metrics?.CountProposals(in outcomes);
        _parts.Reads.End(_endReason);
        _parts.Commits.End(end.Unknown, _endReason);
        _parts.Transfers.End(_endReason);
        _parts.Intake.End(_endReason);
        _parts.Handlers.End(_endReason);
        _parts.Snapshots.End(_endReason);
        _parts.SnapshotSenders.End();
        _parts.Installer.Abandon();
        _parts.LogReads.End(_endReason);
        _parts.Calls.End();
        _parts.Observer.End(Failure, _parts.Commits.Applier.Abandoned);

        // Only now: a caller that is refused may rely on it that the life is over.
        _context.Life.TryAdvance(LifeStage.Ended);
        _context.Mailbox.Close();
        if (_batch is not null)
        {
            Refuse(_batch, _endReason); // what the pass that ends here had not reached; requests that were executed ignore it
        }

        _ended();
        _context.Answers.Resume();
        Wake(); // for what was posted before the mailbox closed
    }

    private void Refuse(MailboxBatch batch, Exception reason)
    {
        _parts.Intake.Refuse(batch, reason);
        foreach (NodeRequest request in batch.Requests)
        {
            request.Refuse(reason);
        }
    }
}
