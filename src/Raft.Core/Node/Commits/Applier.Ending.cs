namespace Raft;

/// <content>The end: first no more reads, then nothing at all.</content>
internal sealed partial class Applier
{
    /// <summary>A read that ran for less when the life ended is not reported as abandoned work: it is about to end.</summary>
    private static readonly TimeSpan LongRead = TimeSpan.FromMilliseconds(10);

    private bool _isUncertain;

    /// <summary>What the life would end without, if it ended now; null if the state machine is idle or about to be.</summary>
    public (Work Work, TimeSpan Since)? WorkToAbandon
    {
        get
        {
            TimeSpan now = _clock.Now;
            lock (_lock)
            {
                return WorkToAbandonAt(now);
            }
        }
    }

    /// <summary>What the state machine was doing when the life ended without it; null if it was idle.</summary>
    public (Work Work, TimeSpan Since)? Abandoned { get; private set; }

    /// <summary>
    /// Whether the state machine threw, or the node ended while it was working: it must not be used again. A read that had just begun must
    /// have ended.
    /// </summary>
    public bool StateIsUncertain
    {
        get
        {
            lock (_lock)
            {
                return _isUncertain || (_closed && _isReading);
            }
        }
    }

    /// <summary>The state is known to be wrong: it must not be used again. Called by the worker.</summary>
    public void GiveUpState()
    {
        lock (_lock)
        {
            _isUncertain = true;
        }
    }

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

    /// <summary>Called under the lock.</summary>
    private (Work Work, TimeSpan Since)? WorkToAbandonAt(TimeSpan now) =>
        _current is not null || _isStateReplaced ? CurrentWorkLocked
        : _isReading && now - CurrentSince >= LongRead ? CurrentRead
        : null;
}
