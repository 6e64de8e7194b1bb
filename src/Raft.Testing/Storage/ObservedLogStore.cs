using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// The log store of a simulated node, with a record of what was written to it and of what it has reported as durable. When it is opened,
/// its content must be the result of a prefix of the calls, with all that it has acknowledged.
/// </summary>
/// <remarks>Use it only on the thread of the simulation.</remarks>
public sealed class ObservedLogStore : ILogStore
{
    private const int BytesOfARead = 1 << 20;

    private readonly ILogStore _inner;
    private readonly StoreEvents _events;
    private readonly Queue<LogOperation> _underWay = new();
    private LogImage _durable;
    private LogImage _written;
    private StoreIdentity? _identity;
    private long _lastNumber;
    private bool _isOpen;
    private bool _isAbandoned; // its process has ended

    internal ObservedLogStore(ILogStore inner, StoreEvents events)
        : this(inner, events, LogRecord.Blank)
    {
    }

    private ObservedLogStore(ILogStore inner, StoreEvents events, LogRecord record)
    {
        _inner = inner;
        _events = events;
        _durable = record.Durable;
        _written = record.Durable.Copy();
        _identity = record.Identity;
        foreach (LogOperation operation in record.UnderWay)
        {
            _underWay.Enqueue(operation);
        }
    }

    /// <inheritdoc/>
    public bool IsVolatile => _inner.IsVolatile;

    /// <summary>Gets the number of changes that were not reported as durable yet.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Gets the state of the log as written, durable or not.</summary>
    public LogState Written => _written.State;

    /// <summary>Gets the state of the log that was reported as durable.</summary>
    public LogState Durable => _durable.State;

    /// <summary>The commit index that it held when it was last opened.</summary>
    internal long CommitIndexAtOpening { get; private set; }

    /// <summary>The log as it was written, durable or not.</summary>
    internal LogImage WrittenImage => _written;

    /// <summary>The log as it was reported as durable.</summary>
    internal LogImage DurableImage => _durable;

    /// <summary>
    /// The index up to which the written log survives any crash from now on. A pending write that replaces entries puts the
    /// replaced entries at risk, and its own until it is durable: a crash may leave the state before it or after it.
    /// </summary>
    internal long SafeIndex
    {
        get
        {
            long safe = _durable.Entries.LastIndex;
            foreach (LogOperation operation in _underWay)
            {
                safe = Math.Min(safe, operation.KeepsThrough);
            }

            return safe;
        }
    }

    /// <summary>
    /// Whether a call that changes it has failed since it was opened: the node that it belongs to is about to end, and what it holds says
    /// nothing any more.
    /// </summary>
    internal bool HasFailed { get; private set; }

    /// <summary>The number of reads under way.</summary>
    internal int Reads { get; private set; }

    private bool CanChange => _isOpen && !_isAbandoned && !HasFailed;

    /// <inheritdoc/>
    public async ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        LogState state = await _inner.OpenAsync(clusterId, nodeId, cancellationToken).ConfigureAwait(false);
        LogEntry[] entries;
        try
        {
            entries = await ReadAllAsync(state).ConfigureAwait(false);
        }
        catch
        {
            await _inner.CloseAsync().ConfigureAwait(false);
            throw;
        }

        if (!_isAbandoned)
        {
            Begin(in state, entries);
        }

        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        Reads++;
        try
        {
            return await _inner.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Reads--;
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(LogWrite write)
    {
        if (!CanChange || _written.Entries.FindWriteProblem(write.FirstIndex, write.Entries.Length) is not null)
        {
            return Observe(_inner.WriteAsync(write), operation: null);
        }

        _events.Writing?.Invoke(write);
        LogOperation operation = new LogOperation.Write(write);
        Begin(operation);
        return Observe(_inner.WriteAsync(write), operation);
    }

    /// <inheritdoc/>
    public ValueTask CompactAsync(long throughIndex)
    {
        if (!CanChange || throughIndex > _written.Entries.LastIndex)
        {
            return _inner.CompactAsync(throughIndex);
        }

        _events.Compacting?.Invoke(throughIndex);
        LogOperation operation = new LogOperation.Compact(throughIndex);
        Begin(operation);
        return Observe(_inner.CompactAsync(throughIndex), operation);
    }

    /// <inheritdoc/>
    public ValueTask ResetAsync(long index, long term)
    {
        if (!CanChange)
        {
            return Observe(_inner.ResetAsync(index, term), operation: null);
        }

        LogOperation operation = new LogOperation.Reset(index, term, _events.HashOfSnapshot(index));
        Begin(operation);
        return Observe(_inner.ResetAsync(index, term), operation);
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync()
    {
        _isOpen = false;
        return _inner.CloseAsync();
    }

    /// <summary>Observes the store of the next life, after a crash. This one sees nothing more.</summary>
    internal ObservedLogStore Continue(ILogStore inner)
    {
        _isAbandoned = true;
        return new ObservedLogStore(inner, _events, new LogRecord(_durable, [.. _underWay], _identity));
    }

    /// <summary>Observes a store with an earlier content, after a crash.</summary>
    internal ObservedLogStore ContinueWith(ILogStore inner, LogRecord record)
    {
        _isAbandoned = true;
        return new ObservedLogStore(inner, _events, record);
    }

    /// <summary>What its disk may hold now.</summary>
    internal LogRecord Record() => new(_durable.Copy(), [.. _underWay], Identity: null);

    private async ValueTask<LogEntry[]> ReadAllAsync(LogState state)
    {
        List<LogEntry> entries = [];
        long next = state.PreviousIndex + 1;
        while (next <= state.LastIndex)
        {
            ReadOnlyMemory<LogEntry> read = await _inner
                .ReadAsync(next, int.MaxValue, BytesOfARead, CancellationToken.None)
                .ConfigureAwait(false);
            if (read.IsEmpty)
            {
                break;
            }

            entries.AddRange(read.Span);
            next += read.Length;
        }

        return [.. entries];
    }

    /// <summary>Compares what was found with what was written, and continues with what was found.</summary>
    private void Begin(in LogState state, LogEntry[] entries)
    {
        FoundLog found = new(in state, entries);
        string expected = Describe(_durable.State, _underWay.Count);
        LogImage image = _durable;
        bool matches = found.Equals(image);
        while (!matches && _underWay.TryDequeue(out LogOperation? operation))
        {
            operation.ApplyTo(image);
            matches = found.Equals(image);
        }

        if (!matches)
        {
            _events.Lost?.Invoke($"its log store has acknowledged {expected}, and was opened with {Describe(in state, underWay: 0)}"
                + $"{(entries.Length < state.LastIndex - state.PreviousIndex ? ", not all of which it reads" : string.Empty)}.");
            image = found.ToImage();
        }
        else if (_identity is { } before && (state.Store?.Id != before.Id || state.Store.Opening <= before.Opening))
        {
            _events.Lost?.Invoke($"its log store was opened as {before}, and is {state.Store} now.");
        }

        _underWay.Clear();
        _durable = image;
        _written = image.Copy();
        _identity = state.Store;
        CommitIndexAtOpening = state.CommitIndex;
        HasFailed = false;
        _isOpen = true;
    }

    private void Begin(LogOperation operation)
    {
        operation.Number = ++_lastNumber;
        operation.ApplyTo(_written);
        _underWay.Enqueue(operation);
    }

    private ValueTask Observe(ValueTask call, LogOperation? operation)
    {
        if (!call.IsCompletedSuccessfully)
        {
            return ObserveAsync(call, operation);
        }

        call.GetAwaiter().GetResult();
        NoteDurable(operation);
        return ValueTask.CompletedTask;
    }

    private async ValueTask ObserveAsync(ValueTask call, LogOperation? operation)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch
        {
            HasFailed = _isOpen;
            throw;
        }

        NoteDurable(operation);
    }

    /// <summary>Everything up to a call is durable. The calls may be reported in any order.</summary>
    private void NoteDurable(LogOperation? operation)
    {
        if (_isAbandoned || operation is null)
        {
            return;
        }

        while (_underWay.TryPeek(out LogOperation? first) && first.Number <= operation.Number)
        {
            _underWay.Dequeue().ApplyTo(_durable);
        }
    }

    private static string Describe(in LogState state, int underWay) => string.Create(
        CultureInfo.InvariantCulture,
        $"a log from {state.PreviousIndex + 1} to {state.LastIndex} of term {state.LastTerm}, committed to {state.CommitIndex}, in "
            + $"{state.HardState}{(underWay > 0 ? $", with {underWay} more calls under way" : string.Empty)}");
}
