using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <content>Reads, which take turns with the batches: up to <see cref="MaximumReadsPerTurn"/> run between two of them.</content>
internal sealed partial class Applier
{
    /// <summary>
    /// Takes a read, which runs once its index is applied. Safe to call from any thread. The caller has counted it in
    /// <see cref="ReadLimit"/>.
    /// </summary>
    public PostOutcome Post(StateMachineQuery query)
    {
        bool wakesWorker;
        lock (_lock)
        {
            if (_closed || _isStopping)
            {
                return PostOutcome.Closed;
            }

            Add(query);
            if (_running || _queries.Count == 0)
            {
                return PostOutcome.Posted;
            }

            _running = true;
            wakesWorker = !_isWatched;
            _isWatched = true;
        }

        Schedule();
        if (wakesWorker)
        {
            _wakeWorker();
        }

        return PostOutcome.Posted;
    }

    /// <summary>Takes reads whose index the leader has named, also while the node stops. Called by the worker, before the end.</summary>
    public void Post(List<StateMachineQuery> reads, long index)
    {
        lock (_lock)
        {
            foreach (StateMachineQuery read in reads)
            {
                read.Index = index;
                Add(read);
            }

            if (_running || _queries.Count == 0)
            {
                return;
            }

            _running = true;
        }

        Schedule();
    }

    /// <summary>Callers who have cancelled make room for others. Safe to call from any thread.</summary>
    public void RemoveCancelledReads()
    {
        lock (_lock)
        {
            RemoveCancelledReady();
            _deferred.RemoveCancelled();
        }
    }

    /// <summary>Called under the lock.</summary>
    private void RemoveCancelledReady()
    {
        ReadLimit.Leave(RemoveCancelled(_postponed) + RemoveCancelled(_queries));
        _cleaning.Reset(_queries.Count);
    }

    /// <returns>How many callers' reads were removed.</returns>
    private static int RemoveCancelled(Queue<StateMachineQuery> queries)
    {
        int removed = 0;
        for (int count = queries.Count; count > 0; count--)
        {
            StateMachineQuery query = queries.Dequeue();
            if (query.IsPending)
            {
                queries.Enqueue(query);
            }
            else
            {
                removed += query.IsRead ? 1 : 0;
            }
        }

        return removed;
    }

    /// <summary>Called under the lock.</summary>
    private void Add(StateMachineQuery query)
    {
        if (query.Index <= _appliedIndex)
        {
            if (_cleaning.IsReached(_queries.Count))
            {
                RemoveCancelledReady();
            }

            _queries.Enqueue(query);
        }
        else
        {
            _deferred.Add(query);
        }
    }

    /// <summary>Something was applied: the reads that have waited for it may run. Called under the lock.</summary>
    private void ReleaseReads()
    {
        if (_deferred.Count > 0)
        {
            _deferred.Release(_appliedIndex, _queries);
        }
    }

    /// <summary>Takes the next reads to run. Called under the lock.</summary>
    private bool TryTakeReads(out int count)
    {
        count = 0;
        bool endsLater = false;
        while (count < MaximumReadsPerTurn && !endsLater && TryDequeue(out StateMachineQuery? query))
        {
            _turn[count] = query;
            count++;
            endsLater = query.MayEndLater;
        }

        if (_queries.Count == 0)
        {
            _cleaning.Reset(0);
        }

        _turnPosition = 0;
        _answered = count > 0 ? _resumes.Rent() : null;
        return count > 0;
    }

    private bool TryDequeue([NotNullWhen(true)] out StateMachineQuery? query) =>
        _postponed.TryDequeue(out query) || _queries.TryDequeue(out query);

    /// <returns>Whether a read continued later, on another thread. This happens only in simulations.</returns>
    private async ValueTask<bool> RunReadsAsync(int count)
    {
        bool hasMoved = false;
        ResumeBatch resume = _answered!;
        int run = 0;
        while (run < count && !Volatile.Read(ref _closed))
        {
            if (run > 0 && _clock.Now - CurrentSince >= LongTurn)
            {
                break; // so reads that are slow one by one are not a hang either
            }

            _turnPosition = run;
            StateMachineQuery query = _turn[run++]!;
            int answered = resume.Count;
            ValueTask answering = query.RunAsync(_machine, resume);
            if (!answering.IsCompletedSuccessfully)
            {
                hasMoved = true;
                await answering.ConfigureAwait(false);
            }

            ReportEnd(query, isAnswered: resume.Count > answered);
        }

        int reads = 0;
        lock (_lock)
        {
            for (int i = 0; i < count; i++)
            {
                if (i < run || _closed)
                {
                    reads += _turn[i]!.IsRead ? 1 : 0;
                }
                else
                {
                    _postponed.Enqueue(_turn[i]!);
                }

                _turn[i] = null;
            }

            _answered = null;
            _isReading = false;
        }

        ReadLimit.Leave(reads);
        resume.Start();
        return hasMoved;
    }

    /// <summary>A read has ended. It is not measured if its caller had cancelled.</summary>
    private void ReportEnd(StateMachineQuery query, bool isAnswered)
    {
        if (isAnswered && query.CalledAt != StateMachineQuery.NotMeasured && _metrics is { MeasuresReads: true })
        {
            _metrics.RecordRead(query.Consistency.Kind, _clock.Now - query.CalledAt);
        }

        if (_wakesAtProgress)
        {
            _wakeWorker();
        }
    }

    /// <summary>
    /// The end: a read that hangs must not keep those waiting that were answered before it in its turn. No token ends their wait, since
    /// they have their answers. Called under the lock, after <see cref="_closed"/> is set.
    /// </summary>
    private void ResumeReadsAtEnd()
    {
        if (_answered is { } answered)
        {
            // A read that is being answered is found now, or finds afterwards that its turn is over. The barrier is for its thread, too.
            Interlocked.MemoryBarrierProcessWide();
            answered.StartEarly();
        }
    }

    /// <summary>The end: takes out all reads that have not run. Called under the lock.</summary>
    private List<StateMachineQuery> TakeAllReads()
    {
        List<StateMachineQuery> waiting = [.. _postponed, .. _queries, .. _deferred.TakeAll(), .. TakeAtDigest()];
        _postponed.Clear();
        _queries.Clear();
        ReadLimit.Leave(waiting.Count(static query => query.IsRead));

        // Those of the turn under way are refused as well: one that hangs must not keep the others waiting. One that was answered ignores
        // it.
        waiting.AddRange(_turn.OfType<StateMachineQuery>());
        return waiting;
    }
}
