namespace Raft;

/// <content>Taking snapshots, and dropping the log that they stand for: section 7, and dissertation, chapter 5.</content>
internal sealed partial class NodeLife
{
    private readonly SnapshotPolicy _snapshotPolicy;
    private readonly SnapshotDisposal _snapshotDisposal;
    private readonly List<SnapshotRequest> _snapshotRequests = []; // of the snapshot that is being taken
    private readonly List<SnapshotRequest> _nextSnapshotRequests = []; // too late for it
    private SnapshotInfo? _latestSnapshot;
    private bool _isTakingSnapshot;
    private bool _capturesNothing;
    private TimeSpan _snapshotBegunAt;

    /// <summary>Takes a snapshot if the log has grown by enough since the last one.</summary>
    private void TakeSnapshotIfDue()
    {
        if (_settings.SnapshotStore is not null && !_isTakingSnapshot && !_capturesNothing && !_isStopping && _snapshotPolicy.IsDue(AppliedIndex))
        {
            BeginSnapshot();
        }
    }

    /// <summary>Has the state captured between two batches; all that follows happens beside applying.</summary>
    private void BeginSnapshot()
    {
        _isTakingSnapshot = true;
        _snapshotBegunAt = _now;
        _snapshotPolicy.OnBegun(AppliedIndex);
        if (_applier.Post(new Capturing(this), int.MaxValue) != PostOutcome.Posted)
        {
            EndSnapshot(written: null, new NodeStoppedException($"Node {NodeId} stops, and takes no more snapshots."));
        }
    }

    /// <summary>The state is captured: writes it, unless there is nothing new in it.</summary>
    private void OnCaptured(ISnapshotCapture? capture, long index, DateTimeOffset time)
    {
        if (capture is null)
        {
            _capturesNothing = true;
            EndSnapshot(written: null, new NotSupportedException(
                $"The state machine {_settings.StateMachine.GetType().Name} captures no snapshots, so the log of node {NodeId} grows for ever: have it override {nameof(IStateMachine.Capture)} and {nameof(IStateMachine.RestoreAsync)}."));
        }
        else if (index <= (_latestSnapshot?.LastIncludedIndex ?? 0) || index < _module.FirstIndex - 1)
        {
            _snapshotDisposal.Later(capture); // nothing was applied since the latest, or a leader has sent a later one
            EndSnapshot(written: null, failure: null);
        }
        else
        {
            SnapshotHeader header = new(_settings.ClusterId, time, _settings.Members, Sessions: default);
            SnapshotWriting writing = new(
                _settings, capture, _snapshotDisposal, index, _module.TermAt(index), header, (written, failure) => TryPost(new SnapshotEnded(written, failure)), _interruptible.Token);
            _settings.Scheduler.Schedule(writing, preferLocal: false);
        }
    }

    private void EndSnapshot(SnapshotInfo? written, Exception? failure)
    {
        _isTakingSnapshot = false;
        if (failure is not null && _stopRequested)
        {
            failure = new NodeStoppedException($"Node {NodeId} stops, and takes no more snapshots.", failure);
        }

        if (written is { } snapshot)
        {
            NoteLatest(in snapshot);
            _logger?.SnapshotTaken(snapshot.LastIncludedIndex, snapshot.Length, _now - _snapshotBegunAt);
            _metrics?.RecordSnapshot(_now - _snapshotBegunAt, snapshot.Length);
            CompactLog();
        }
        else if (failure is not null && !_isStopping)
        {
            _logger?.SnapshotFailed(failure);
            _metrics?.CountSnapshotFailure();
        }

        foreach (SnapshotRequest request in _snapshotRequests)
        {
            request.Complete(this, failure);
        }

        _snapshotRequests.Clear();
        if (_nextSnapshotRequests.Count > 0)
        {
            _snapshotRequests.AddRange(_nextSnapshotRequests);
            _nextSnapshotRequests.Clear();
            BeginSnapshot();
        }
    }

    private void NoteLatest(in SnapshotInfo snapshot)
    {
        if (snapshot.LastIncludedIndex > (_latestSnapshot?.LastIncludedIndex ?? 0))
        {
            _latestSnapshot = snapshot;
            _snapshotPolicy.OnLatest(in snapshot);
        }
    }

    /// <summary>Drops what the latest snapshot stands for, but for a tail: never what is not applied here.</summary>
    private void CompactLog()
    {
        long through = _snapshotPolicy.CompactThrough(_latestSnapshot!.Value.LastIncludedIndex, _module.LowestSnapshotUnderWay);
        through = Math.Min(through, Math.Min(AppliedIndex, Math.Min(_module.CommitIndex, _module.DurableIndex)));
        if (through >= _module.FirstIndex)
        {
            _module.Compact(through);
            _ = CompactStoreAsync(through);
        }
    }

    private async Task CompactStoreAsync(long throughIndex)
    {
        try
        {
            await _settings.LogStore.CompactAsync(throughIndex).ConfigureAwait(false);
        }
        // Whatever a store throws stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            OnFailed(new NodeFailedException(
                $"The log store {_settings.LogStore.GetType().Name} could not drop the entries up to {throughIndex}, for which a snapshot stands: {exception.Message.TrimEnd('.')}. The node has stopped. Mend the store, then run the node again.",
                exception));
        }
    }

    /// <summary>Nobody takes a snapshot any more: whoever waits for one is told.</summary>
    private void RefuseSnapshotRequests(Exception reason)
    {
        foreach (SnapshotRequest request in _snapshotRequests.Concat(_nextSnapshotRequests))
        {
            request.Refuse(reason);
        }

        _snapshotRequests.Clear();
        _nextSnapshotRequests.Clear();
    }

    /// <summary>Runs between two batches, on the state machine's thread.</summary>
    private sealed class Capturing(NodeLife life) : StateMachineQuery
    {
        public override void Run(IStateMachine machine)
        {
            ISnapshotCapture? capture;
            try
            {
                capture = machine.Capture();
            }
            // Whatever it throws is told; its state is what it was.
            catch (Exception exception)
            {
                life.TryPost(new SnapshotEnded(Written: null, exception));
                return;
            }

            if (!life.TryPost(new Captured(life, capture, life._applier.AppliedIndex, life._applier.AppliedTime)))
            {
                life._snapshotDisposal.Later(capture);
            }
        }

        public override void Refuse(Exception reason) => life.TryPost(new SnapshotEnded(Written: null, reason));
    }

    private sealed class Captured(NodeLife owner, ISnapshotCapture? capture, long index, DateTimeOffset time) : NodeRequest
    {
        private ISnapshotCapture? _capture = capture;

        public override void Execute(NodeLife life)
        {
            (ISnapshotCapture? taken, _capture) = (_capture, null); // a life that ends later in this pass refuses this request as well
            life.OnCaptured(taken, index, time);
        }

        public override void Refuse(Exception reason) => owner._snapshotDisposal.Later(_capture);
    }

    private sealed class SnapshotEnded(SnapshotInfo? Written, Exception? Failure) : NodeRequest
    {
        public override void Execute(NodeLife life) => life.EndSnapshot(Written, Failure);

        public override void Refuse(Exception reason)
        {
            // whoever waits for it was told when the life ended
        }
    }

    /// <summary>A snapshot of everything that was applied when it was asked for.</summary>
    public sealed class SnapshotRequest(CompletionSource<SnapshotInfo?> source, uint generation) : NodeRequest
    {
        public override void Execute(NodeLife life)
        {
            if (life._isTakingSnapshot)
            {
                life._nextSnapshotRequests.Add(this);
                return;
            }

            life._snapshotRequests.Add(this);
            life.BeginSnapshot();
        }

        public override void Refuse(Exception reason)
        {
            if (source.TryFail(generation, reason))
            {
                source.Resume();
            }
        }

        public void Complete(NodeLife life, Exception? failure)
        {
            if (failure is null)
            {
                life.Complete(source, generation, life._latestSnapshot);
            }
            else
            {
                life.Fail(new PendingCaller(source, generation), failure is NodeStoppedException ? failure : new RaftException(
                    $"Node {life.NodeId} could not take a snapshot: {failure.Message.TrimEnd('.')}. Its log is as it was.", failure));
            }
        }
    }
}
