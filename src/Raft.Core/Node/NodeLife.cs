using System.Diagnostics.CodeAnalysis;
using Raft.Consensus;

namespace Raft;

/// <summary>
/// One life of a node, from opening its log store to closing it: the host of one <see cref="ConsensusModule"/>. Everything
/// that happens to the module happens in <see cref="Pass"/>, by one worker at a time: a work item that is scheduled when
/// something has come in, takes all of it, and does what follows from it in one go.
/// </summary>
/// <remarks>
/// The files of this class: the worker and its pass (here), what the module wants done (Outputs), proposals and applying
/// (Commands), taking and sending snapshots (Snapshots, SnapshotTransfer), opening, running and stopping (Lifecycle), the end (Ending), what is told of all that (Observing), and what hangs (Watching).
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed partial class NodeLife : IThreadPoolWorkItem, IInboxReceiver
{
    private const int MaximumInboxMessagesPerPass = 1_024;

    private readonly NodeSettings _settings;
    private readonly NodeSources _sources;
    private readonly StatusBoard _board;
    private readonly LeadershipToken _leadership;
    private readonly Mailbox _mailbox;
    private readonly IClockTimer _timer;
    private readonly TimeSpan _timerSlack;
    private readonly Applier _applier;
    private readonly List<Condition> _conditions = [];
    private ConsensusModule _module = null!; // set when the store is open, before the first pass
    private IMessageInbox? _inbox;
    private MailboxBatch? _batch;
    private ResumeBatch? _resume;
    private TimeSpan _now;
    private TimeSpan _timerSetTo = TimeSpan.MaxValue;
    private int _pendingTold;
    private int _wakes;

    public NodeLife(NodeSettings settings, NodeSources sources, StatusBoard board, LeadershipToken leadership, NodeMetrics? metrics, NodeLogger? logger, long appliedBefore)
    {
        _settings = settings;
        _sources = sources;
        _board = board;
        _leadership = leadership;
        _metrics = metrics;
        _logger = logger;
        _mailbox = new Mailbox(settings.MaximumWaitingMessages, settings.MaximumPendingProposals);
        _timer = settings.Clock.CreateTimer(Wake);
        _timerSlack = settings.Consensus.MinimumElectionTimeout / 4;
        _snapshotPolicy = new SnapshotPolicy(settings);
        _snapshotDisposal = new SnapshotDisposal(settings.Scheduler, logger);
        _applier = new Applier(settings, metrics, OnApplied, OnFailed, Wake) { AppliedIndex = appliedBefore };
        _stopSignal = sources.Lifecycle.Rent(CancellationToken.None);
        _stopSignalGeneration = _stopSignal.Generation;
        StopSignalled = _stopSignal.UntypedTask;
    }

    private readonly record struct Condition(Func<bool> IsMet, TimeSpan DueAt, CompletionSource<bool> Source, uint Generation);

    public NodeId NodeId => _settings.NodeId;

    /// <summary>Has the worker run soon. Cheap when it is about to run anyway.</summary>
    public void Wake()
    {
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            _settings.Scheduler.Schedule(this, preferLocal: true);
        }
    }

    public void Receive(RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsForUs(message))
        {
            CountDropped("foreign");
        }
        else if (_mailbox.TryPost(message))
        {
            Wake();
        }
        else if (!_isOver) // else it comes too late, which says nothing of the limit
        {
            CountDropped("overflow");
        }
    }

    public void Attach(IMessageInbox? inbox) => Volatile.Write(ref _inbox, inbox);

    public void Signal() => Wake();

    public void Execute()
    {
        int wakes = Volatile.Read(ref _wakes);
        try
        {
            if (_isEnded)
            {
                RefuseLateComers();
            }
            else if (_isOpen)
            {
                Pass();
            }
            else if (Volatile.Read(ref _openFailure) is { } failure)
            {
                End(failure);
            }
        }
        // Whatever goes wrong on the worker stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            End(exception);
        }

        // A node that has more to do goes behind everybody else: two busy clusters would starve the pool's other work.
        if (Interlocked.Add(ref _wakes, -wakes) != 0)
        {
            _settings.Scheduler.Schedule(this, preferLocal: false);
        }
    }

    /// <summary>Posts a caller's request to the worker, unless too many wait.</summary>
    public PostOutcome Post(NodeRequest request)
    {
        PostOutcome outcome = _mailbox.Post(request);
        if (outcome == PostOutcome.Posted)
        {
            Wake();
        }

        return outcome;
    }

    /// <summary>Posts a request of the node's own to the worker.</summary>
    /// <returns>False if the life has ended; nothing happens to the request then.</returns>
    private bool TryPost(NodeRequest request)
    {
        if (!_mailbox.TryPost(request))
        {
            return false;
        }

        Wake();
        return true;
    }

    private bool IsForUs(RaftMessage message) =>
        message.To == NodeId && message.ClusterId == _settings.ClusterId && message.Correlation >= 0;

    /// <summary>Takes everything that has come in, and does everything that follows from it.</summary>
    private void Pass()
    {
        _now = _settings.Clock.Now;
        if (_now >= _timerSetTo)
        {
            _timerSetTo = TimeSpan.MaxValue;
        }

        _batch = _mailbox.Drain();
        if (_batch.Failure is { } failure)
        {
            End(failure);
            return;
        }

        TakeIn(_batch);
        if (_isEnded)
        {
            return;
        }

        _module.AdvanceTime(_now); // after the messages: a pause of the process must not look like silence of the leader
        CarryOutOutputs();
        MeasureCommits();
        FollowRole();
        WatchApplier();
        WatchDisk(_batch.CompletedWrites);
        PublishStatus();
        Observe();
        HandOverCommitted();
        TakeSnapshotIfDue();
        CloseIdleTransfers();
        CheckConditions();
        TellPending(_batch);
        _metrics?.PublishPending(_pending.Count);
        SetTimer();
        _resume?.Start();
        _resume = null;
    }

    private void TakeIn(MailboxBatch batch)
    {
        _writesInFlight -= batch.CompletedWrites;
        if (batch.PersistedVersion > 0)
        {
            _module.Persisted(batch.PersistedVersion, _now);
        }

        foreach (RaftMessage message in batch.Messages)
        {
            Take(message);
        }

        TakeFromInbox();
        foreach (NodeRequest request in batch.Requests)
        {
            request.Execute(this);
            if (_isEnded)
            {
                return; // and the rest is refused
            }
        }

        if (batch.Proposals.Count > 0)
        {
            Append(batch);
        }
    }

    private void Take(RaftMessage message)
    {
        _metrics?.CountReceived(message);
        _module.Receive(message, _now);
    }

    private void TakeFromInbox()
    {
        if (Volatile.Read(ref _inbox) is not { } inbox)
        {
            return;
        }

        for (int taken = 0; taken < MaximumInboxMessagesPerPass; taken++)
        {
            if (!inbox.TryTake(out RaftMessage? message))
            {
                return;
            }

            if (IsForUs(message))
            {
                Take(message);
            }
            else
            {
                CountDropped("foreign");
            }
        }

        Wake();
    }

    /// <summary>Only what a pass has taken in or answered changes how many proposals wait: most of a follower's passes spare the mailbox's lock.</summary>
    private void TellPending(MailboxBatch batch)
    {
        if (batch.Proposals.Count > 0 || _pending.Count != _pendingTold)
        {
            _pendingTold = _pending.Count;
            _mailbox.SetPendingProposals(_pendingTold);
        }
    }

    private void PublishStatus() => _board.Publish(Snapshot());

    private PublishedStatus Snapshot() => new(
        _module.Role,
        _module.Term,
        _module.VotedFor,
        _module.Leader,
        _module.FirstIndex,
        _module.LastIndex,
        _module.CommitIndex,
        _latestSnapshot?.LastIncludedIndex ?? 0,
        _module.ReachableVoterBits,
        _isRunning,
        _applyHangs,
        _diskHangs,
        Failure: null);

    private void CheckConditions()
    {
        for (int i = _conditions.Count - 1; i >= 0; i--)
        {
            Condition condition = _conditions[i];
            if (condition.IsMet() || _now >= condition.DueAt)
            {
                _conditions.RemoveAt(i);
                Complete(condition.Source, condition.Generation, condition.IsMet());
            }
        }
    }

    /// <summary>
    /// Sets the timer for the next moment at which time matters. A setting that is a little early is left alone: a follower's
    /// deadline moves with each message, and waking once too often costs less than setting the timer each time. But an idle
    /// follower, which is woken by heartbeats anyway, puts it off before it wakes the process at a time of its own.
    /// </summary>
    private void SetTimer()
    {
        TimeSpan deadline = _module.NextDeadline ?? TimeSpan.MaxValue;
        foreach (Condition condition in _conditions)
        {
            deadline = condition.DueAt < deadline ? condition.DueAt : deadline;
        }

        deadline = _applierDeadline < deadline ? _applierDeadline : deadline;
        deadline = _diskDeadline < deadline ? _diskDeadline : deadline;
        if (deadline < _timerSetTo || (deadline < TimeSpan.MaxValue && deadline - _timerSetTo >= _timerSlack))
        {
            _timerSetTo = deadline;
            _timer.Set(deadline);
        }
    }

    /// <summary>Completes a wait with a value; its waiter is resumed after the pass, with all others of the pass.</summary>
    private void Complete<T>(CompletionSource<T> source, uint generation, T value)
    {
        if (source.TrySucceed(generation, value))
        {
            ResumeLater(source);
        }
    }

    private void Fail(PendingCaller caller, Exception error)
    {
        if (caller.Source!.TryFail(caller.Generation, error))
        {
            ResumeLater(caller.Source);
        }
    }

    private void ResumeLater(CompletionSource claimed)
    {
        _resume ??= _sources.Resumes.Rent();
        _resume.Add(claimed);
    }
}
