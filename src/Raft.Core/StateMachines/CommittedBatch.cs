using Raft.Consensus;

namespace Raft;

/// <summary>
/// Committed commands for a state machine to apply, in order, and the place for their results. Position <c>i</c> runs from
/// 0 to <see cref="Count"/> - 1.
/// </summary>
/// <remarks>Valid until the call to <see cref="IStateMachine.ApplyAsync"/> that received it has completed. Used by one thread at a time.</remarks>
public sealed class CommittedBatch
{
    private readonly Lock _lock = new(); // a node that gives up on a hung state machine abandons the batch on another thread
    private readonly List<int> _offsets = []; // of the commands within the entries; empty if every entry is a command
    private PendingCaller[] _callers = []; // by position; none of them is filled in if nobody waits, as on a follower
    private bool _hasCallers;
    private ReadOnlyMemory<LogEntry> _entries;
    private ResumeBatch? _resume;
    private BatchOutcomes _outcomes;
    private bool _abandoned;

    internal CommittedBatch()
    {
    }

    // Three ways to name the same command. If entries 7 to 10 are covered and 8 is a leader's no-op, then the command at index 9
    // has position 1 among the commands, and offset 2 among the entries.

    /// <summary>How many commands it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Index of the first log entry that it covers, which need not be a command.</summary>
    internal long FirstIndex { get; private set; }

    /// <summary>Index of the last log entry that it covers.</summary>
    internal long LastIndex => FirstIndex + _entries.Length - 1;

    /// <summary>How many bytes the log entries that it covers count for, those that are no commands included.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The time of the last log entry that it covers.</summary>
    internal DateTimeOffset LastTime => _entries.Span[^1].Time;

    /// <summary>The position of the command that is being applied, as far as results tell.</summary>
    internal int Current { get; private set; }

    /// <summary>Sees the results, until the batch is finished; null (the default) if nobody looks, and then nothing is encoded for it.</summary>
    internal ResultObserver? Observer { get; set; }

    /// <summary>Gives the command at a position.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its bytes. They never change and may be kept.</returns>
    public ReadOnlyMemory<byte> Command(int position) => Entry(position).Data;

    /// <summary>Tells where the command at a position stands in the log.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its index, term and time.</returns>
    public CommandContext Context(int position)
    {
        ref readonly LogEntry entry = ref Entry(position);
        return new CommandContext(IndexOf(position), entry.Term, entry.Time);
    }

    /// <summary>Gives the result of the command at a position, as bytes. Without a result, a proposer that waits for bytes receives none; one that waits for a type is told that there is no result of it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="result">The result; it must not change afterwards.</param>
    public void Complete(int position, ReadOnlyMemory<byte> result)
    {
        Observer?.OnCompleted(IndexOf(position), result);
        CompleteUnobserved(position, result);
    }

    /// <summary>Gives the result of the command at a position. It is encoded only if its proposer waits for bytes.</summary>
    /// <typeparam name="TResult">Its type.</typeparam>
    /// <param name="position">The position.</param>
    /// <param name="result">The result.</param>
    /// <param name="codec">Encodes it where that is needed.</param>
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

        Current = position + 1; // only now: should the codec throw, this is the command to blame
    }

    /// <summary>Refuses the command at a position: the state stays as it was, and the proposer receives the exception.</summary>
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

    /// <summary>Fills the batch with a slice of the log and those who wait for parts of it.</summary>
    /// <param name="firstIndex">The slice's first index.</param>
    /// <param name="entries">The slice.</param>
    /// <param name="pending">Those who wait.</param>
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

    /// <summary>The whole batch is applied: commands that were given no result have an empty one. Resumes all callers.</summary>
    internal void Finish(NodeMetrics? metrics)
    {
        lock (_lock)
        {
            for (int position = 0; _hasCallers && position < Count; position++)
            {
                PendingCaller caller = _callers[position];
                if (caller.Source is CompletionSource<Committed> source)
                {
                    SucceedLocked(position, source, caller.Generation, new Committed(IndexOf(position), Entry(position).Term, ReadOnlyMemory<byte>.Empty));
                }
                else if (caller.Source is not null)
                {
                    Fail(position, new InvalidOperationException(
                        $"The command at index {Context(position).Index} was applied, but the state machine gave no result of the type that its proposer waits for."), ref _outcomes.Committed);
                }
            }
        }

        metrics?.CountProposals(in _outcomes);
        _resume!.Start();
        Clear();
    }

    /// <summary>
    /// The batch could not be applied to its end: the fate of what is left is unknown to its callers. The state machine may
    /// still be at it, so the batch is never used again, and results that come now go nowhere.
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

        metrics?.CountProposals(in _outcomes); // not within the lock: whoever listens is called
        _resume!.Start();
    }

    /// <summary>Whether somebody waits for the command at a position, here, where it was proposed. Before the batch is applied.</summary>
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
            _outcomes.Cancelled++; // its proposer has given up waiting
        }
    }

    /// <summary>Fails the proposal at a position and counts it as ended in one way, or as cancelled if its proposer has given up. Within the lock.</summary>
    private void Fail(int position, Exception reason, ref int outcome)
    {
        PendingCaller caller = CallerOf(position);
        if (caller.Source is null)
        {
            return; // nobody waits, or it has ended and is counted
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
