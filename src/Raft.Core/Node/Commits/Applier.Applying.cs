namespace Raft;

/// <content>Applying one batch.</content>
internal sealed partial class Applier
{
    private async ValueTask<WorkEnd> ApplyAsync(CommittedBatch batch)
    {
        bool hasMoved = false;
        CommandActivities.TracedBatch? traced = null;
        try
        {
            if (batch.Count > 0)
            {
                traced = CommandActivities.HasListeners ? _activities.Trace(batch) : null;
                ValueTask applying = _machine.ApplyAsync(batch, _stopping.Token);
                hasMoved = !applying.IsCompleted;
                await applying.ConfigureAwait(false);
            }

            if (IsDigestDue(batch.LastIndex))
            {
                await TakeDigestAsync(batch.LastIndex, hasMoved).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return WorkEnd.Over; // abandoned, and it has reacted
        }
        // An exception of the state machine stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            Fail(batch, exception);
            return WorkEnd.Over;
        }

        Finish(batch, traced);
        return hasMoved ? WorkEnd.HasMoved : WorkEnd.Done;
    }

    private void Finish(CommittedBatch batch, CommandActivities.TracedBatch? traced)
    {
        lock (_lock)
        {
            if (_current != batch)
            {
                return; // abandoned in the meantime
            }

            _current = null;
            _isFinishing = true;
            _appliedTime = batch.LastTime;
            Volatile.Write(ref _appliedIndex, batch.LastIndex);
            ReleaseReads();
            ReleaseAtDigest(batch.LastIndex);
        }

        if (batch.Count > 0)
        {
            _metrics?.RecordApply(_clock.Now - CurrentSince);
        }

        traced?.Complete(_clock.UtcNow);
        _applied(batch.LastIndex);
        batch.Finish(_metrics);
        bool wakesWorker;
        lock (_lock)
        {
            _free.Push(batch);
            _isFinishing = false;
            wakesWorker = _workerWaits;
            _workerWaits = false;
        }

        if (wakesWorker)
        {
            _wakeWorker();
        }
    }
}
