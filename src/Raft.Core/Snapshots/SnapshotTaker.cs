namespace Raft;

/// <summary>
/// Takes snapshots of this node's own state (section 7, and dissertation, chapter 5): when the log has grown by enough, or on request.
/// One is taken at a time. The state is captured between two batches; writing it runs in parallel with applying. Where nodes compare their
/// states, an automatic snapshot has the state of an index at which they do, and is written when that is compared.
/// </summary>
internal sealed class SnapshotTaker(
    NodeContext context,
    Applier applier,
    SnapshotPolicy policy,
    LatestSnapshot latest,
    LogCompactor compactor,
    SnapshotDisposal disposal,
    CancellationToken stopping)
{
    private readonly List<PendingCaller<SnapshotInfo?>> _callers = []; // of the snapshot that is being taken
    private readonly List<PendingCaller<SnapshotInfo?>> _nextCallers = []; // they came too late for it
    private readonly RepeatedFailure _failures = new(
        (failure, reason) => context.Logger?.SnapshotFailed(failure, reason),
        failures => context.Logger?.FailureOver("takes snapshots again", failures));

    private bool _capturesNothing;
    private TimeSpan _begunAt;
    private Capturing? _waiting; // for an index at which states are compared
    private HeldCapture? _held; // until that is compared

    /// <summary>Whether a snapshot is being taken.</summary>
    public bool IsTaking { get; private set; }

    /// <summary>Compares the state with those of other nodes, which an automatic snapshot waits for; null if nothing does.</summary>
    public StateComparison? States { get; init; }

    /// <summary>Asks for a snapshot of all that was applied when the worker receives the request.</summary>
    public PostOutcome Post(PendingCaller<SnapshotInfo?> caller) => context.Post(new SnapshotRequest(this, caller));

    /// <summary>Takes a snapshot if the log has grown by enough since the last one.</summary>
    public void TakeIfDue()
    {
        if (_held is { } held)
        {
            ContinueHeld(held);
        }

        if (_waiting is { } waiting && (context.Life.IsStopping || !policy.IsDue(applier.AppliedIndex) || !MayWaitForDigest))
        {
            IsTaking = !TryEndWaiting(waiting);
        }

        if (context.Settings.SnapshotStore is not null && !IsTaking && !_capturesNothing && !context.Life.IsStopping
            && policy.IsDue(applier.AppliedIndex))
        {
            if (MayWaitForDigest)
            {
                IsTaking = true;
                applier.PostAtDigest(_waiting = new Capturing(this));
            }
            else
            {
                Begin();
            }
        }
    }

    /// <summary>The life ends: fails those who wait for a snapshot.</summary>
    public void End(Exception reason)
    {
        disposal.Later(_held?.Capture);
        _held = null;
        _waiting = null;
        foreach (PendingCaller<SnapshotInfo?> caller in _callers.Concat(_nextCallers))
        {
            context.Answers.Fail(caller, reason);
        }

        _callers.Clear();
        _nextCallers.Clear();
    }

    private bool MayWaitForDigest => States?.Interval is { } interval && policy.MayWaitFor(interval, applier.AppliedIndex);

    private bool TryEndWaiting(Capturing waiting)
    {
        bool ends = applier.Withdraw(waiting);
        _waiting = ends ? null : _waiting;
        return ends;
    }

    private void Request(PendingCaller<SnapshotInfo?> caller)
    {
        if (!IsTaking || (_waiting is { } waiting && TryEndWaiting(waiting)))
        {
            _callers.Add(caller);
            Begin();
        }
        else if (_held is { } held && held.Index >= applier.AppliedIndex)
        {
            _callers.Add(caller);
            Release(held); // a caller waits for no comparison
        }
        else if (_nextCallers.Count < context.Settings.MaximumWaitingMessages)
        {
            _nextCallers.Add(caller);
        }
        else
        {
            context.Answers.Fail(caller, new OverloadedException(
                $"{_nextCallers.Count} callers wait for a snapshot already, as many as "
                + $"{nameof(RaftNodeOptions.MaximumWaitingMessages)} allows: ask again when the one that is being taken is done."));
        }
    }

    private void Begin()
    {
        IsTaking = true;
        _begunAt = context.Now;
        policy.OnBegun(applier.AppliedIndex);
        if (applier.Post(new Capturing(this)) != PostOutcome.Posted)
        {
            OnEnded(written: null, Stopping(inner: null));
        }
    }

    private void OnCaptured(ISnapshotCapture? capture, long index, DateTimeOffset time)
    {
        bool isAtDigest = _waiting is not null;
        if (isAtDigest)
        {
            OnWaited(index);
        }

        if (capture is null)
        {
            _capturesNothing = true;
            OnEnded(written: null, new NotSupportedException(
                $"The state machine {context.Settings.StateMachine.GetType().Name} captures no snapshots, so the log of node "
                + $"{context.NodeId} grows without bound: "
                + $"have it override {nameof(IStateMachine.Capture)} and {nameof(IStateMachine.RestoreAsync)}."));
        }
        else if (isAtDigest)
        {
            _held = new HeldCapture(capture, index, time, context.Now); // at least until this pass has taken the digest
        }
        else
        {
            Write(capture, index, time);
        }
    }

    /// <summary>The capture that has waited for an index is made, or has failed. The next one is counted from here.</summary>
    private void OnWaited(long index)
    {
        _waiting = null;
        _begunAt = context.Now;
        policy.OnBegun(index);
    }

    /// <summary>
    /// An automatic snapshot waits until the state was compared with those of other nodes, so that a wrong one replaces nothing; but not
    /// for long if nodes do not answer, and not until the next one is due, since the log must not grow without bound.
    /// </summary>
    private void ContinueHeld(HeldCapture held)
    {
        if (context.Life.IsStopping)
        {
            _held = null;
            disposal.Later(held.Capture);
            OnEnded(written: null, failure: null);
        }
        else if (_nextCallers.Count > 0 || States?.AwaitsComparison(held.Index, held.Since) != true || policy.IsDue(applier.AppliedIndex))
        {
            Release(held);
        }
    }

    private void Release(HeldCapture held)
    {
        _held = null;
        _begunAt = context.Now;
        Write(held.Capture, held.Index, held.Time);
    }

    private void Write(ISnapshotCapture capture, long index, DateTimeOffset time)
    {
        if (index <= latest.Index || index < context.Module.FirstIndex - 1)
        {
            disposal.Later(capture); // nothing was applied since the latest one, or a leader has sent a later one
            OnEnded(written: null, failure: null);
        }
        else
        {
            SnapshotHeader header = new(
                context.Settings.ClusterId,
                context.Module.Origin.Identity!,
                time,
                context.Module.ConfigurationAt(index),
                Sessions: default);
            SnapshotWriting writing = new(
                context.Settings, capture, disposal, index, context.Module.TermAt(index), header, ReportEnd, stopping)
            {
                Work = context.Storage.Begin(new Work(WorkKind.SnapshotWrite, LastIndex: index)),
            };
            context.Settings.Scheduler.Schedule(writing, preferLocal: false);
        }
    }

    private void ReportEnd(SnapshotInfo? written, Exception? failure) => context.Report(() => OnEnded(written, failure));

    private void OnEnded(SnapshotInfo? written, Exception? failure)
    {
        IsTaking = false;
        if (_waiting is not null)
        {
            OnWaited(applier.AppliedIndex);
        }

        if (failure is not null && context.Life.IsStopRequested)
        {
            failure = Stopping(failure);
        }

        if (written is { } snapshot)
        {
            OnWritten(in snapshot);
        }
        else if (failure is not null && !context.Life.IsStopping)
        {
            _failures.Occur(failure, context.Now);
            context.Metrics?.CountSnapshotFailure();
        }

        AnswerCallers(failure);
        if (_nextCallers.Count > 0)
        {
            _callers.AddRange(_nextCallers);
            _nextCallers.Clear();
            Begin();
        }
    }

    private void OnWritten(in SnapshotInfo snapshot)
    {
        latest.Record(in snapshot);
        context.Module.OnNewSnapshot();
        _failures.End(context.Now);
        context.Logger?.SnapshotTaken(snapshot.LastIncludedIndex, snapshot.Length, context.Now - _begunAt);
        context.Metrics?.RecordSnapshot(context.Now - _begunAt, snapshot.Length);
        compactor.Compact();
    }

    private void AnswerCallers(Exception? failure)
    {
        foreach (PendingCaller<SnapshotInfo?> caller in _callers)
        {
            if (failure is null)
            {
                context.Answers.Succeed(caller, latest.Info);
            }
            else
            {
                context.Answers.Fail(caller, failure is NodeStoppedException ? failure : new RaftException(
                    $"Node {context.NodeId} could not take a snapshot: {failure.Message.TrimEnd('.')}. Its log is as it was.", failure));
            }
        }

        _callers.Clear();
    }

    private NodeStoppedException Stopping(Exception? inner) => new($"Node {context.NodeId} stops, and takes no more snapshots.", inner);

    /// <summary>A capture that is not written yet.</summary>
    private sealed record HeldCapture(ISnapshotCapture Capture, long Index, DateTimeOffset Time, TimeSpan Since);

    private sealed class SnapshotRequest(SnapshotTaker taker, PendingCaller<SnapshotInfo?> caller) : NodeRequest
    {
        public override void Execute() => taker.Request(caller);

        public override void Refuse(Exception reason) => caller.Fail(reason);
    }

    /// <summary>Captures the state between two batches, on the state machine's thread.</summary>
    private sealed class Capturing(SnapshotTaker taker) : StateMachineQuery
    {
        public override WorkKind Kind => WorkKind.Capture;

        public override void Run(IStateMachine machine, ResumeBatch resume) => taker.Capture(machine);

        public override void Refuse(Exception reason) => taker.ReportEnd(written: null, reason);
    }

    private void Capture(IStateMachine machine)
    {
        ISnapshotCapture? capture;
        try
        {
            capture = machine.Capture();
        }
        // Whatever it throws is reported; the state is what it was.
        catch (Exception exception)
        {
            ReportEnd(written: null, exception);
            return;
        }

        if (!context.TryPost(new Captured(this, capture, applier.AppliedIndex, applier.AppliedTime)))
        {
            disposal.Later(capture);
        }
    }

    private sealed class Captured(SnapshotTaker taker, ISnapshotCapture? capture, long index, DateTimeOffset time) : NodeRequest
    {
        private ISnapshotCapture? _capture = capture;

        public override void Execute()
        {
            (ISnapshotCapture? taken, _capture) = (_capture, null); // a life that ends later in this pass refuses this request as well
            taker.OnCaptured(taken, index, time);
        }

        public override void Refuse(Exception reason) => taker.DisposeLater(_capture);
    }

    private void DisposeLater(ISnapshotCapture? capture) => disposal.Later(capture);
}
