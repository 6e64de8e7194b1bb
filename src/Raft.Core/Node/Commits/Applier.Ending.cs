namespace Raft;

/// <content>The end: first no more reads, then nothing at all.</content>
internal sealed partial class Applier
{
    /// <summary>The node is about to end: takes no more reads, and wakes the worker once nothing is left to run.</summary>
    public void BeginStop()
    {
        lock (_lock)
        {
            _isStopping = true;
        }
    }

    /// <summary>
    /// Ends: what has not been applied is abandoned, and what the state machine is still working on is ignored when it is done.
    /// </summary>
    public void Close(Func<long, long, Exception> unknown, Exception refused)
    {
        List<CommittedBatch> batches;
        List<StateMachineQuery> queries;
        TimeSpan now = _clock.Now;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            Abandoned = WorkToAbandonAt(now);
            _isUncertain |= Abandoned is not null;

            _waitingRestoration?.Abandon();
            _preparedRestoration?.Abandon();
            _waitingRestoration = _preparedRestoration = null;
            _restoring = null;
            batches = [.. _batches];
            if (_current is { } current)
            {
                batches.Insert(0, current);
                _current = null;
            }

            queries = TakeAllReads();
            _batches.Clear();
            ResumeReadsAtEnd();
        }

        foreach (CommittedBatch batch in batches)
        {
            batch.Abandon(unknown, _metrics);
        }

        foreach (StateMachineQuery query in queries)
        {
            query.Refuse(refused);
        }

        _ownThread?.Dispose();
    }

    /// <summary>
    /// Answers the callers of all batches that are not applied yet, which are applied nevertheless: the node no longer leads, and the state
    /// machine hangs.
    /// </summary>
    public void FailCallers(Func<long, long, Exception> unknown, ResumeBatch resume)
    {
        lock (_lock) // so that no batch is finished meanwhile
        {
            _current?.FailCallers(unknown, resume);
            foreach (CommittedBatch batch in _batches)
            {
                batch.FailCallers(unknown, resume);
            }
        }
    }

    /// <summary>
    /// Cancels what the state machine is still working on. Callbacks on its token are users' code, which may throw or block: so the node's
    /// worker does not call this, and it is called only when everyone is answered.
    /// </summary>
    public void CancelAbandoned() => _stopping.Cancel();
}
