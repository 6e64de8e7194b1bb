using System.Buffers.Binary;

namespace Raft.Testing;

/// <summary>
/// A log store on a simulated disk: a write becomes durable after a random virtual time, and a crash leaves only durable data.
/// Calls complete asynchronously, as steps of the simulation, in at least half of the cases.
/// </summary>
/// <remarks>Use it only on the thread of the simulation.</remarks>
public sealed class SimulatedLogStore : ILogStore
{
    private readonly SimulatedClock _clock;
    private readonly IScheduler _scheduler;
    private readonly SeededRandom _random;
    private readonly Trace? _trace;
    private readonly StoredLog _inMemory;
    private readonly StoredLog _durable;
    private readonly Queue<LogOperation> _underWay = new();
    private readonly Queue<Action> _heldAnswers = new(); // of openings and reads
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();
    private readonly IClockTimer _timer;
    private readonly Guid _storeId;
    private (string ClusterId, NodeId NodeId)? _owner;
    private long _openings;
    private SimulatedCompletion<bool>? _closing;
    private Exception? _failNext;
    private Exception? _failure;
    private TimeSpan _lastDurableAt;
    private bool _isOpen;
    private bool _isHeld;
    private bool _isCrashed;

    /// <summary>Creates an empty store.</summary>
    /// <param name="clock">The clock that write delays use.</param>
    /// <param name="scheduler">The scheduler that runs completions.</param>
    /// <param name="seed">The seed of the delays, and of which calls complete synchronously.</param>
    public SimulatedLogStore(SimulatedClock clock, IScheduler scheduler, ulong seed)
        : this(clock, scheduler, new SeededRandom(seed), trace: null)
    {
    }

    internal SimulatedLogStore(SimulatedClock clock, IScheduler scheduler, SeededRandom random, Trace? trace)
        : this(clock, scheduler, random, trace, new StoredLog(), owner: null, NewId(random), openings: 0)
    {
    }

    private SimulatedLogStore(
        SimulatedClock clock,
        IScheduler scheduler,
        SeededRandom random,
        Trace? trace,
        StoredLog durable,
        (string, NodeId)? owner,
        Guid storeId,
        long openings)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(scheduler);
        _clock = clock;
        _scheduler = scheduler;
        _random = random;
        _trace = trace;
        _durable = durable;
        _inMemory = durable.Copy();
        _owner = owner;
        _storeId = storeId;
        _openings = openings;
        _timer = clock.CreateTimer(MakeDurable);
    }

    /// <summary>Gets or sets the shortest time until a write is durable. Zero or more; default 0.1 ms.</summary>
    public TimeSpan MinimumDelay { get; set; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>Gets or sets the longest time until a write is durable. At least <see cref="MinimumDelay"/>; default 2 ms.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Gets or sets the probability that a call completes synchronously when no write is pending: 0 to 1, default 0.5.</summary>
    public double SynchronousRate { get; set; } = 0.5;

    /// <summary>Gets the number of changes that are not durable yet.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Gets the time at which all writes are durable, unless the disk is held.</summary>
    internal TimeSpan BusyUntil => _lastDurableAt;

    /// <summary>Gets the state of the log as written, durable or not.</summary>
    public LogState Written => _inMemory.State;

    /// <summary>Gets the state of the log that would survive a crash.</summary>
    public LogState Durable => _durable.State;

    /// <summary>Cancels a <see cref="FailNext"/> that has had no effect yet.</summary>
    internal void ForgetFailure() => _failNext = null;

    /// <summary>
    /// From now on nothing becomes durable and no read is answered, as with a disk that hangs, until <see cref="Release"/>.
    /// </summary>
    public void Hold()
    {
        _isHeld = true;
        _timer.Clear();
    }

    /// <summary>
    /// Ends a <see cref="Hold"/>: what was held up becomes durable in order, one after the other, each in its own time, and reads are answered.
    /// </summary>
    public void Release()
    {
        if (!_isHeld)
        {
            return;
        }

        _isHeld = false;
        TimeSpan due = _clock.Now;
        foreach (LogOperation operation in _underWay)
        {
            operation.DurableAt = due = due + _random.NextBetween(MinimumDelay, MaximumDelay);
        }

        _lastDurableAt = due > _lastDurableAt ? due : _lastDurableAt;
        while (_heldAnswers.TryDequeue(out Action? answer))
        {
            answer();
        }

        SetTimer();
    }

    /// <summary>Lets the next write fail, and with it all that follow until the store is opened again.</summary>
    /// <param name="exception">The exception that it throws.</param>
    public void FailNext(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _failNext = exception;
    }

    /// <summary>
    /// The node crashes: this object freezes, so that none of its calls ever completes, and a new one takes over what the
    /// disk holds. A write is atomic, as <see cref="ILogStore.WriteAsync"/> promises, so one that a crash tears vanishes whole.
    /// </summary>
    /// <param name="survivingWrites">
    /// The number of pending changes that reach the disk anyway, the oldest first. 0 (the default) to <see cref="UnderWay"/>: a
    /// crash may leave any prefix.
    /// </param>
    /// <returns>The store to restart the node with. It has the same settings as this one.</returns>
    public SimulatedLogStore Crash(int survivingWrites = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(survivingWrites);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(survivingWrites, _underWay.Count);
        _isCrashed = true;
        _timer.Dispose();
        StoredLog survived = _durable; // this object is done with it
        for (int i = 0; i < survivingWrites; i++)
        {
            _underWay.Dequeue().ApplyTo(survived);
        }

        _trace?.Add(_clock.Now, "crash of the store", _owner?.NodeId ?? default, survived.Entries.LastIndex);
        return new SimulatedLogStore(_clock, _scheduler, _random.Fork(), _trace, survived, _owner, _storeId, _openings)
        {
            MinimumDelay = MinimumDelay,
            MaximumDelay = MaximumDelay,
            SynchronousRate = SynchronousRate,
        };
    }

    /// <summary>Creates a blank store with the same settings, as on a new disk.</summary>
    internal SimulatedLogStore Replace()
    {
        SeededRandom random = _random.Fork();
        return new SimulatedLogStore(_clock, _scheduler, random, _trace)
        {
            MinimumDelay = MinimumDelay,
            MaximumDelay = MaximumDelay,
            SynchronousRate = SynchronousRate,
        };
    }

    /// <summary>A copy of what would survive a crash, for <see cref="RollBack"/>.</summary>
    internal StoredLog CopyDurable() => _durable.Copy();

    /// <summary>Creates a store with an older state of this one, as from a backup. It has crashed, or is closed.</summary>
    internal SimulatedLogStore RollBack(StoredLog older) =>
        new(_clock, _scheduler, _random.Fork(), _trace, older, _owner, _storeId, _openings)
        {
            MinimumDelay = MinimumDelay,
            MaximumDelay = MaximumDelay,
            SynchronousRate = SynchronousRate,
        };

    /// <inheritdoc/>
    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<LogState>(cancellationToken);
        }

        if (_isOpen)
        {
            return ValueTask.FromException<LogState>(new InvalidOperationException("The simulated log store is open already."));
        }

        if (_owner is { } owner && (owner.NodeId != nodeId || !string.Equals(owner.ClusterId, clusterId, StringComparison.Ordinal)))
        {
            return ValueTask.FromException<LogState>(new StorageCorruptedException(
                $"The simulated log store belongs to node '{owner.NodeId}' of cluster '{owner.ClusterId}', not to node '{nodeId}' of "
                    + $"cluster '{clusterId}'."));
        }

        _owner = (clusterId, nodeId);
        _isOpen = true;
        _failure = null;
        _openings++; // durable at once: a store counts its openings before it returns
        return Answer(_inMemory.State with { Store = new StoreIdentity(_storeId, _openings) });
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumEntries, 1);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadOnlyMemory<LogEntry>>(cancellationToken);
        }

        return _isOpen
            ? Answer<ReadOnlyMemory<LogEntry>>(_inMemory.Entries.Read(firstIndex, maximumEntries, maximumBytes))
            : ValueTask.FromException<ReadOnlyMemory<LogEntry>>(NotOpen());
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(LogWrite write)
    {
        if (_failNext is { } failNext)
        {
            (_failure, _failNext) = (failNext, null);
        }
        else if (_inMemory.Entries.FindWriteProblem(write.FirstIndex, write.Entries.Length) is { } reason)
        {
            _failure ??= new ArgumentException(reason, nameof(write));
        }

        return Change(new LogOperation.Write(write));
    }

    /// <inheritdoc/>
    public ValueTask CompactAsync(long throughIndex)
    {
        if (throughIndex > _inMemory.Entries.LastIndex)
        {
            return ValueTask.FromException(
                new ArgumentOutOfRangeException(nameof(throughIndex), throughIndex, $"The log ends at {_inMemory.Entries.LastIndex}."));
        }

        return Change(new LogOperation.Compact(throughIndex));
    }

    /// <inheritdoc/>
    public ValueTask ResetAsync(long index, long term) => Change(new LogOperation.Reset(index, term, Hash: 0));

    /// <inheritdoc/>
    public ValueTask CloseAsync()
    {
        _isOpen = false;
        if (_underWay.Count == 0 && !_isCrashed)
        {
            return ValueTask.CompletedTask;
        }

        _closing = RentCompletion();
        return _closing.UntypedTask;
    }

    private static Guid NewId(SeededRandom random)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, random.NextUInt64());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], random.NextUInt64());
        return new Guid(bytes);
    }

    private static InvalidOperationException NotOpen() => new("The simulated log store is not open.");

    private ValueTask Change(LogOperation operation)
    {
        if (!_isOpen)
        {
            return ValueTask.FromException(NotOpen());
        }

        if (_failure is { } failure)
        {
            return Fail(failure);
        }

        operation.ApplyTo(_inMemory);
        bool atOnce = _random.Chance(SynchronousRate) && _underWay.Count == 0 && !_isHeld && !_isCrashed;
        if (atOnce)
        {
            ReachDisk(operation);
            return ValueTask.CompletedTask;
        }

        TimeSpan due = _clock.Now + _random.NextBetween(MinimumDelay, MaximumDelay);
        _lastDurableAt = due > _lastDurableAt ? due : _lastDurableAt; // the disk takes them one after another
        operation.DurableAt = _lastDurableAt;
        operation.Completion = RentCompletion();
        ValueTask task = operation.Completion.UntypedTask;
        _underWay.Enqueue(operation);
        SetTimer();
        return task;
    }

    /// <summary>Half of the failures occur immediately, the others one step later.</summary>
    private ValueTask Fail(Exception failure)
    {
        if (_random.Chance(SynchronousRate))
        {
            return ValueTask.FromException(failure);
        }

        SimulatedCompletion<bool> completion = RentCompletion();
        ValueTask task = completion.UntypedTask;
        completion.Complete(false, failure);
        return task;
    }

    private ValueTask<T> Answer<T>(T result)
    {
        if (!_isCrashed && _random.Chance(SynchronousRate) && !_isHeld)
        {
            return ValueTask.FromResult(result);
        }

        SimulatedCompletion<T> completion = new(_scheduler, new Stack<SimulatedCompletion<T>>());
        ValueTask<T> task = completion.Task;
        if (_isHeld)
        {
            _heldAnswers.Enqueue(() => completion.Complete(result, error: null));
        }
        else if (!_isCrashed)
        {
            completion.Complete(result, error: null);
        }

        return task;
    }

    private void MakeDurable()
    {
        while (_underWay.TryPeek(out LogOperation? operation) && operation.DurableAt <= _clock.Now)
        {
            _underWay.Dequeue();
            ReachDisk(operation);
            operation.Completion!.Complete(true, error: null);
        }

        if (_underWay.Count == 0)
        {
            _closing?.Complete(true, error: null);
            _closing = null;
        }

        SetTimer();
    }

    private void ReachDisk(LogOperation operation)
    {
        operation.ApplyTo(_durable);
        _trace?.Add(_clock.Now, "durable", _owner?.NodeId ?? default, _durable.Entries.LastIndex);
    }

    private void SetTimer()
    {
        if (!_isHeld && !_isCrashed && _underWay.TryPeek(out LogOperation? next))
        {
            _timer.Set(next.DurableAt);
        }
    }

    private SimulatedCompletion<bool> RentCompletion() =>
        _completions.TryPop(out SimulatedCompletion<bool>? completion)
            ? completion
            : new SimulatedCompletion<bool>(_scheduler, _completions);
}
