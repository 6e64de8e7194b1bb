using Raft.Consensus;

namespace Raft;

/// <summary>
/// Committed commands for a state machine to apply, in order. It also receives their results. Positions are from 0 to
/// <see cref="Count"/> - 1.
/// </summary>
/// <remarks>
/// It is valid until the call to <see cref="IStateMachine.ApplyAsync"/> that received it has completed. Use it on one thread at
/// a time.
/// </remarks>
public sealed class CommittedBatch
{
    private readonly Lock _lock = new(); // a node that gives up waiting for a state machine abandons the batch on another thread
    private readonly List<int> _offsets = []; // of the commands within the entries; empty if every entry is a command
    private PendingCaller[] _callers = []; // by position; not filled if no caller waits, as on a follower
    private bool _hasCallers;
    private ReadOnlyMemory<LogEntry> _entries;
    private ResumeBatch? _resume;
    private BatchOutcomes _outcomes;
    private bool _abandoned;

    internal CommittedBatch()
    {
    }

    // A command has an index, a position and an offset. If the batch covers entries 7 to 10 and 8 is a no-op, the command at index 9
    // has position 1 among the commands, and offset 2 among the entries.

    /// <summary>The number of commands.</summary>
    public int Count { get; private set; }

    /// <summary>The index of the first log entry that it covers, which need not be a command.</summary>
    internal long FirstIndex { get; private set; }

    /// <summary>The index of the last log entry that it covers.</summary>
    internal long LastIndex => FirstIndex + _entries.Length - 1;

    /// <summary>The number of bytes of the log entries that it covers, including entries that are not commands.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The time of the last log entry that it covers.</summary>
    internal DateTimeOffset LastTime => _entries.Span[^1].Time;

    /// <summary>The position of the command that is being applied: the one after the last that has a result.</summary>
    internal int Current { get; private set; }

    /// <summary>Observes the results until the batch is finished. Null (the default): results are not encoded for it.</summary>
    internal ResultObserver? Observer { get; set; }

    /// <summary>Returns the command at a position.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its bytes. They never change and may be kept.</returns>
    public ReadOnlyMemory<byte> Command(int position) => Entry(position).Data;

    /// <summary>Returns the position in the log of the command at a position of the batch.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its index, term and time.</returns>
    public CommandContext Context(int position)
    {
        ref readonly LogEntry entry = ref Entry(position);
        return new CommandContext(IndexOf(position), entry.Term, entry.Time);
    }

    /// <summary>
    /// Sets the result of the command at a position, as bytes. Without a result, a proposer of bytes receives no bytes, and a
    /// typed proposer receives an exception.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="result">The result; it must not change afterwards.</param>
    public void Complete(int position, ReadOnlyMemory<byte> result)
    {
        Observer?.OnCompleted(IndexOf(position), result);
        CompleteUnobserved(position, result);
    }

    /// <summary>Sets the result of the command at a position. It is encoded only if its proposer waits for bytes.</summary>
    /// <typeparam name="TResult">Its type.</typeparam>
    /// <param name="position">The position.</param>
    /// <param name="result">The result.</param>
    /// <param name="codec">Encodes it if needed.</param>
    public void Complete<TResult>(int position, TResult result, ICodec<TResult> codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        Observer?.OnCompleted(IndexOf(position), Codec.Encode(codec, result));
        PendingCaller caller = CallerOf(position);
        if (caller.Source is CompletionSource<TResult> typed)
        {
            Succeed(position, typed, caller.Generation, result);
        }
        else if (caller.Source is not null && caller.Source.IsPending(caller.Generation))
        {
            CompleteUnobserved(position, Codec.Encode(codec, result));
        }

        Current = position + 1; // not earlier: if the codec throws, this command has failed
    }

    /// <summary>Refuses the command at a position. The state must not have changed; the proposer receives the exception.</summary>
    /// <param name="position">The position.</param>
    /// <param name="reason">Why.</param>
    public void Reject(int position, CommandRejectedException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Observer?.OnRejected(IndexOf(position), reason.Message);
        Current = position + 1;
        lock (_lock)
        {
            if (!_abandoned)
            {
                Fail(position, reason, ref _outcomes.Rejected);
            }
        }
    }

    /// <summary>Fills the batch with a slice of the log, and with the callers that wait for its commands.</summary>
    /// <param name="firstIndex">The slice's first index.</param>
    /// <param name="entries">The slice.</param>
    /// <param name="pending">The callers that wait.</param>
    /// <param name="resume">Resumes them.</param>
    internal void Fill(long firstIndex, ReadOnlyMemory<LogEntry> entries, PendingProposals pending, ResumeBatch resume)
    {
        FirstIndex = firstIndex;
        _entries = entries;
        _resume = resume;
        _outcomes = default;
        Current = 0;
        _hasCallers = pending.Count > 0;
        FindCommands(entries.Span);
        if (_hasCallers)
        {
            FindCallers(pending);
        }
    }

    private void FindCommands(ReadOnlySpan<LogEntry> entries)
    {
        long bytes = entries.Length * (long)ReplicatedLog.EntryOverhead;
        int commands = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Data.Length;
            commands += entry.Kind == EntryKind.Command ? 1 : 0;
        }

        Bytes = bytes;
        Count = commands;
        for (int offset = 0; commands < entries.Length && offset < entries.Length; offset++)
        {
            if (entries[offset].Kind == EntryKind.Command)
            {
                _offsets.Add(offset);
            }
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
        if (_abandoned)
        {
            return;
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

    private PendingCaller CallerOf(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
        return _hasCallers ? _callers[position] : default;
    }

    private int OffsetOf(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
        return _offsets.Count == 0 ? position : _offsets[position];
    }

    private long IndexOf(int position) => FirstIndex + OffsetOf(position);

    private ref readonly LogEntry Entry(int position) => ref _entries.Span[OffsetOf(position)];

    private void Clear()
    {
        Array.Clear(_callers, 0, _hasCallers ? Count : 0);
        _offsets.Clear();
        Count = 0;
        _entries = default;
        _resume = null;
        Observer = null;
    }
}
