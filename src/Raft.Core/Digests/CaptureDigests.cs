namespace Raft;

/// <summary>
/// Computes digests from what captures write, for a state machine that offers no digest: the state is captured between two batches, and
/// hashed on another thread while commands are applied. One is computed at a time; an index that comes meanwhile is left out.
/// </summary>
internal sealed class CaptureDigests(NodeContext context, Action<IndexedDigest> taken, CancellationToken stopping) : IThreadPoolWorkItem
{
    private readonly RepeatedFailure _failures = new(
        (failure, reason) => context.Logger?.DigestFailed(failure, reason),
        failures => context.Logger?.FailureOver("computes digests of captures", failures));

    private volatile bool _isUnderWay;
    private bool _capturesNothing;
    private ISnapshotCapture? _capture;
    private StorageWork.OpenWork? _work; // so that a hang is noticed
    private long _index;

    /// <summary>Captures the state. On the state machine's thread, between two batches.</summary>
    public void Begin(IStateMachine machine, long index)
    {
        if (_isUnderWay || _capturesNothing)
        {
            return;
        }

        try
        {
            _capture = machine.Capture();
        }
        // Whatever it throws is reported; the state is what it was.
        catch (Exception exception)
        {
            Report(exception);
            return;
        }

        if (_capture is null)
        {
            _capturesNothing = true;
            Report(new NotSupportedException(
                $"the state machine {machine.GetType().Name} captures nothing, so its states are never compared. Have it override "
                + $"{nameof(IStateMachine.Capture)}, or set {nameof(RaftNodeOptions.CaptureDigestInterval)} to 0"));
            return;
        }

        _index = index;
        _isUnderWay = true;
        _work = context.DigestWork.Begin(new Work(WorkKind.DigestHash, LastIndex: index));
        context.Wake(); // to look at the work in time
        context.Settings.Scheduler.Schedule(this, preferLocal: false);
    }

    public void Execute() => _ = HashAsync();

    private async Task HashAsync()
    {
        try
        {
            IStateMachine machine = context.Settings.StateMachine;
            if (machine.MayBlock) // then writing its capture may block too
            {
                await new OwnThread(context.Settings.Scheduler, $"raft digest {machine.GetType().Name}");
            }

            using DigestStream content = new() { Advanced = _work!.Advance };
            using (_capture)
            {
                await _capture!.WriteToAsync(content, stopping).ConfigureAwait(false);
            }

            taken(new IndexedDigest(_index, content.Digest));
            context.Report(() => _failures.End(context.Now));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // the node stops, and compares nothing more
        }
        // Any failure is reported; this index is not compared.
        catch (Exception exception)
        {
            Report(exception);
        }

        _work!.Dispose();
        _capture = null;
        _isUnderWay = false;
    }

    private void Report(Exception exception) => context.Report(() => _failures.Occur(exception, context.Now));
}
