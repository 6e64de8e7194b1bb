namespace Raft;

/// <summary>A waiting proposer: the source of its result, and which use of it.</summary>
internal readonly record struct PendingCaller(SeamSource? Source, uint Generation);

/// <summary>
/// Committed commands for a state machine to apply, in order, and the place for their results. Position <c>i</c> runs from
/// 0 to <see cref="Count"/> - 1.
/// </summary>
/// <remarks>Valid until the call to <see cref="IStateMachine.ApplyAsync"/> that received it has completed. Used by one thread at a time.</remarks>
public sealed class CommittedBatch
{
    private readonly Lock _lock = new(); // a node that gives up on a hung state machine abandons the batch on another thread
    private readonly List<int> _positions = [];
    private readonly List<PendingCaller> _callers = [];
    private ReadOnlyMemory<LogEntry> _entries;
    private ResumeBatch? _resume;
    private BatchOutcomes _outcomes;
    private bool _abandoned;

    internal CommittedBatch()
    {
    }

    /// <summary>How many commands it holds.</summary>
    public int Count => _positions.Count;

    /// <summary>Index of the first log entry that it covers, which need not be a command.</summary>
    internal long FirstIndex { get; private set; }

    /// <summary>Index of the last log entry that it covers.</summary>
    internal long LastIndex => FirstIndex + _entries.Length - 1;

    /// <summary>The position of the command that is being applied, as far as results tell.</summary>
    internal int Current { get; private set; }

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
        return new CommandContext(FirstIndex + _positions[position], entry.Term, entry.Time);
    }

    /// <summary>Gives the result of the command at a position, as bytes. Without a result, the proposer receives an empty one.</summary>
    /// <param name="position">The position.</param>
    /// <param name="result">The result; it must not change afterwards.</param>
    public void Complete(int position, ReadOnlyMemory<byte> result)
    {
        PendingCaller caller = _callers[position];
        Current = position + 1;
        if (caller.Source is SeamSource<Committed> source)
        {
            Succeed(source, caller.Generation, new Committed(FirstIndex + _positions[position], Entry(position).Term, result));
        }
    }

    /// <summary>Gives the result of the command at a position. It is encoded only if its proposer waits for bytes.</summary>
    /// <typeparam name="TResult">Its type.</typeparam>
    /// <param name="position">The position.</param>
    /// <param name="result">The result.</param>
    /// <param name="codec">Encodes it where that is needed.</param>
    public void Complete<TResult>(int position, TResult result, ICodec<TResult> codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        PendingCaller caller = _callers[position];
        if (caller.Source is SeamSource<TResult> typed)
        {
            Succeed(typed, caller.Generation, result);
        }
        else if (caller.Source is not null && caller.Source.IsPending(caller.Generation))
        {
            Complete(position, Codec.Encode(codec, result));
        }

        Current = position + 1; // only now: should the codec throw, this is the command to blame
    }

    /// <summary>Refuses the command at a position: the state stays as it was, and the proposer receives the exception.</summary>
    /// <param name="position">The position.</param>
    /// <param name="reason">Why.</param>
    public void Reject(int position, CommandRejectedException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        PendingCaller caller = _callers[position];
        Current = position + 1;
        lock (_lock)
        {
            if (!_abandoned)
            {
                bool rejected = TryFail(caller, reason);
                _outcomes.Rejected += rejected ? 1 : 0;
                _outcomes.Cancelled += rejected || caller.Source is null ? 0 : 1;
            }
        }
    }

    /// <summary>Fills the batch with a slice of the log and those who wait for parts of it.</summary>
    /// <param name="firstIndex">The slice's first index.</param>
    /// <param name="entries">The slice.</param>
    /// <param name="pending">Those who wait.</param>
    /// <param name="resume">Resumes them.</param>
    /// <param name="now">The time.</param>
    /// <param name="metrics">Takes how long each proposal took to commit.</param>
    internal void Fill(long firstIndex, ReadOnlyMemory<LogEntry> entries, PendingProposals pending, ResumeBatch resume, TimeSpan now, NodeMetrics? metrics)
    {
        bool measures = metrics is { MeasuresCommits: true };
        FirstIndex = firstIndex;
        _entries = entries;
        _resume = resume;
        _outcomes = default;
        Current = 0;
        ReadOnlySpan<LogEntry> span = entries.Span;
        for (int i = 0; i < span.Length; i++)
        {
            if (span[i].Kind == EntryKind.Command)
            {
                PendingCaller caller = pending.Take(firstIndex + i, span[i].Term, out TimeSpan appendedAt);
                _positions.Add(i);
                _callers.Add(caller);
                if (measures && caller.Source is not null)
                {
                    metrics!.RecordCommit(now - appendedAt);
                }
            }
        }
    }

    /// <summary>The whole batch is applied: commands that were given no result have an empty one. Resumes all callers.</summary>
    internal void Finish(NodeMetrics? metrics)
    {
        for (int position = 0; position < Count; position++)
        {
            PendingCaller caller = _callers[position];
            if (caller.Source is not null && caller.Source.IsPending(caller.Generation))
            {
                Complete(position, ReadOnlyMemory<byte>.Empty);
                lock (_lock)
                {
                    _outcomes.Committed += TryFail(caller, new InvalidOperationException(
                        $"The command at index {Context(position).Index} was applied, but the state machine gave no result of the type that its proposer waits for.")) ? 1 : 0;
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
            for (int position = 0; position < Count; position++)
            {
                CommandContext context = Context(position);
                _outcomes.Unknown += TryFail(_callers[position], reason(context.Index, context.Term)) ? 1 : 0;
            }

            metrics?.CountProposals(in _outcomes);
        }

        _resume!.Start();
    }

    private void Succeed<T>(SeamSource<T> source, uint generation, T result)
    {
        lock (_lock)
        {
            if (_abandoned)
            {
                return;
            }

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
    }

    private bool TryFail(PendingCaller caller, Exception reason)
    {
        if (caller.Source is null || !caller.Source.TryFail(caller.Generation, reason))
        {
            return false;
        }

        _resume!.Add(caller.Source);
        return true;
    }

    private ref readonly LogEntry Entry(int position) => ref _entries.Span[_positions[position]];

    private void Clear()
    {
        _positions.Clear();
        _callers.Clear();
        _entries = default;
        _resume = null;
    }
}
