namespace Raft;

/// <content>The callers that wait for the commands of the batch, and how their proposals end.</content>
public sealed partial class CommittedBatch
{
    private readonly Lock _lock = new(); // a node that gives up waiting for a state machine abandons the batch on another thread
    private PendingCaller[] _callers = []; // by position; not filled if no caller waits, as on a follower
    private bool _hasCallers;
    private ResumeBatch? _resume;
    private BatchOutcomes _outcomes;
    private bool _abandoned;

    /// <summary>Finishes a batch that is applied. Commands without a result have an empty one. Resumes all callers.</summary>
    internal void Finish(NodeMetrics? metrics)
    {
        lock (_lock)
        {
            for (int position = 0; _hasCallers && position < Count; position++)
            {
                PendingCaller caller = _callers[position];
                if (caller.Source is CompletionSource<Committed> source)
                {
                    Committed committed = new(IndexOf(position), Entry(position).Term, ReadOnlyMemory<byte>.Empty);
                    SucceedLocked(position, source, caller.Generation, committed);
                }
                else if (caller.Source is not null)
                {
                    InvalidOperationException noResult = new(
                        $"The command at index {Context(position).Index} was applied, but the state machine set no result "
                        + "of the type that its proposer waits for.");
                    Fail(position, noResult, ref _outcomes.Committed);
                }
            }
        }

        metrics?.CountProposals(in _outcomes);
        _resume!.Start();
        Clear();
    }

    /// <summary>
    /// Abandons a batch that could not be applied completely. The outcome of the remaining commands is unknown to their callers. The
    /// state machine may still be using the batch, so it is never used again, and later results are ignored.
    /// </summary>
    internal void Abandon(Func<long, long, Exception> reason, NodeMetrics? metrics)
    {
        lock (_lock)
        {
            _abandoned = true;
            for (int position = 0; _hasCallers && position < Count; position++)
            {
                if (_callers[position].Source is not null)
                {
                    CommandContext context = Context(position);
                    Fail(position, reason(context.Index, context.Term), ref _outcomes.Unknown);
                }
            }
        }

        metrics?.CountProposals(in _outcomes); // outside the lock, since it calls listeners
        _resume!.Start();
    }

    /// <summary>
    /// Answers the callers that still wait, before the batch is applied: their outcome is unknown here. Those whose result is set are
    /// resumed with it.
    /// </summary>
    internal void FailCallers(Func<long, long, Exception> reason, ResumeBatch resume)
    {
        lock (_lock)
        {
            for (int position = 0; _hasCallers && position < Count; position++)
            {
                PendingCaller caller = _callers[position];
                if (caller.Source is null)
                {
                    continue;
                }

                CommandContext context = Context(position);
                _callers[position] = default;
                bool waited = caller.Fail(reason(context.Index, context.Term), resume);
                _outcomes.Unknown += waited ? 1 : 0;
                _outcomes.Cancelled += waited ? 0 : 1;
            }

            _resume!.StartEarly();
        }
    }

    /// <summary>
    /// The state machine hangs: resumes the callers whose result it has set. Otherwise they would wait for the end of the batch, and their
    /// tokens could not end the wait, since they have a result.
    /// </summary>
    internal void ResumeAnswered()
    {
        lock (_lock)
        {
            _resume!.StartEarly();
        }
    }

    /// <summary>Whether a caller on this node waits for the command at a position. Used before the batch is applied.</summary>
    internal bool IsWaitedFor(int position) => CallerOf(position).Source is not null;

    private void CompleteUnobserved(int position, ReadOnlyMemory<byte> result)
    {
        PendingCaller caller = CallerOf(position);
        Current = position + 1;
        if (caller.Source is CompletionSource<Committed> source)
        {
            Succeed(position, source, caller.Generation, new Committed(IndexOf(position), Entry(position).Term, result));
        }
    }

    private void Succeed<T>(int position, CompletionSource<T> source, uint generation, T result)
    {
        lock (_lock)
        {
            SucceedLocked(position, source, generation, result);
        }
    }

    /// <summary>Within the lock.</summary>
    private void SucceedLocked<T>(int position, CompletionSource<T> source, uint generation, T result)
    {
        if (_abandoned || _callers[position].Source is null)
        {
            return; // its caller was answered meanwhile
        }

        _callers[position] = default; // its proposal has ended, and is counted once
        if (source.TrySucceed(generation, result))
        {
            _resume!.Add(source);
            _outcomes.Committed++;
        }
        else
        {
            _outcomes.Cancelled++; // its proposer no longer waits
        }
    }

    /// <summary>
    /// Fails the proposal at a position and adds it to a count, or to the cancelled ones if its proposer no longer waits.
    /// Within the lock.
    /// </summary>
    private void Fail(int position, Exception reason, ref int outcome)
    {
        PendingCaller caller = CallerOf(position);
        if (caller.Source is null)
        {
            return; // no caller waits, or it has ended and was counted
        }

        _callers[position] = default;
        if (caller.Source.TryFail(caller.Generation, reason))
        {
            _resume!.Add(caller.Source);
            outcome++;
        }
        else
        {
            _outcomes.Cancelled++;
        }
    }

    private void FindCallers(PendingProposals pending)
    {
        if (_callers.Length < Count)
        {
            _callers = new PendingCaller[Math.Max(Count, _callers.Length * 2)];
        }

        for (int position = 0; position < Count; position++)
        {
            _callers[position] = pending.Take(IndexOf(position), Entry(position).Term);
        }
    }

    private PendingCaller CallerOf(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
        return _hasCallers ? _callers[position] : default;
    }
}
