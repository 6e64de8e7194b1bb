using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// Applies committed batches to the state machine, separately from the node's worker: a slow state machine delays results and reads of
/// its own node, never a vote, an acknowledgement or a heartbeat.
/// </summary>
/// <remarks>
/// The worker hands over at most <see cref="MaximumWaiting"/> batches ahead, so that entries that are not applied yet are in memory once,
/// in the log. Reads queue here as well; a batch and a read never run at the same time.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed partial class Applier : IThreadPoolWorkItem
{
    /// <summary>One batch that is being applied and one that is ready keep the state machine busy.</summary>
    public const int MaximumWaiting = 2;

    /// <summary>How many reads run between two batches.</summary>
    private const int MaximumReadsPerTurn = 64;

    /// <summary>A turn of reads ends early once it has taken this long: the answered callers and the next batch wait for its end.</summary>
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<CommittedBatch> _batches = new();
    private readonly Queue<StateMachineQuery> _queries = new(); // bounded by the limit of reads
    private readonly Queue<StateMachineQuery> _postponed = new(); // by a turn that ended early; they run before the others
    private readonly StateMachineQuery?[] _turn = new StateMachineQuery?[MaximumReadsPerTurn];
    private readonly DeferredReads _deferred;
    private readonly ResumeBatchPool _resumes;
    private readonly Stack<CommittedBatch> _free = new();
    private readonly IStateMachine _machine;
    private readonly IScheduler _scheduler;
    private readonly IBlockingScheduler? _ownThread;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Action<long> _applied;
    private readonly Action<Exception> _failed;
    private readonly Action _wakeWorker;
    private readonly IClock _clock;
    private readonly NodeMetrics? _metrics;
    private readonly CommandActivities _activities;
    private CleaningThreshold _cleaning = new(); // of reads that may run
    private CommittedBatch? _current;
    private ResumeBatch? _answered; // the callers of the turn's reads
    private long _currentSinceTicks;
    private DateTimeOffset _appliedTime;
    private bool _isFinishing; // a batch is applied, and its callers are being answered
    private bool _queryIsNext;
    private bool _running;
    private bool _isStopping;
    private bool _closed;
    private bool _workerWaits;
    private volatile bool _isWatched;
    private volatile bool _wakesAtProgress;
    private bool _isReading;
    private volatile int _turnPosition; // of the read that runs
    private long _appliedIndex;

    /// <param name="settings">The state machine, the scheduler that runs it unless it may block, and the clock.</param>
    /// <param name="metrics">Receives how long batches took and how proposals ended.</param>
    /// <param name="applied">Receives the last index of each batch that was applied.</param>
    /// <param name="failed">Receives what the state machine threw.</param>
    /// <param name="wakeWorker">
    /// Called when a batch can be handed over, after the worker found that none could; after a restoration; for a read that is not watched;
    /// when one ends that was reported to hang; and when a stopping node's work has ended.
    /// </param>
    /// <param name="resumes">Resumes the callers of reads.</param>
    public Applier(
        NodeSettings settings,
        NodeMetrics? metrics,
        Action<long> applied,
        Action<Exception> failed,
        Action wakeWorker,
        ResumeBatchPool resumes)
    {
        ReadLimit = new ReadLimit(settings.MaximumPendingReads);
        _deferred = new DeferredReads(ReadLimit);
        _resumes = resumes;
        _machine = settings.StateMachine;
        _scheduler = settings.Scheduler;
        _clock = settings.Clock;
        _activities = settings.Activities;
        _metrics = metrics;
        _ownThread = _machine.MayBlock ? _scheduler.CreateBlocking($"raft apply {_machine.GetType().Name}") : null;
        _applied = applied;
        _failed = failed;
        _wakeWorker = wakeWorker;
    }

    /// <summary>
    /// The last index that was applied; changes together with <see cref="_current"/>, so that <see cref="Close"/> sees both or neither.
    /// </summary>
    public long AppliedIndex
    {
        get => Volatile.Read(ref _appliedIndex);
        init => _appliedIndex = value;
    }

    /// <summary>What the state machine is doing, and since when; null if it does nothing.</summary>
    public (Work Work, TimeSpan Since)? CurrentWork
    {
        get
        {
            lock (_lock)
            {
                return CurrentWorkLocked;
            }
        }
    }

    /// <summary>
    /// Whether the worker will look at the state machine within a while. If not, a read that finds the state machine idle wakes it.
    /// </summary>
    public bool IsWatched => _isWatched;

    /// <summary>Whether the worker is woken when a read ends: it has reported that one hangs. Batches report their end anyway.</summary>
    public bool WakesAtProgress
    {
        get => _wakesAtProgress;
        set => _wakesAtProgress = value;
    }

    /// <summary>Receives digests of the state machine; null if its state is not compared.</summary>
    public AppliedDigests? Digests { get; init; }

    /// <summary>Bounds the reads that wait.</summary>
    public ReadLimit ReadLimit { get; }

    /// <summary>When the batch, the restoration or the read that is under way began. Written by what runs it, read on any thread.</summary>
    private TimeSpan CurrentSince
    {
        get => new(Volatile.Read(ref _currentSinceTicks));
        set => Volatile.Write(ref _currentSinceTicks, value.Ticks);
    }

    /// <summary>Called under the lock. A read may run while a restoration is being prepared: what has begun first is the current work.</summary>
    private (Work Work, TimeSpan Since)? CurrentWorkLocked =>
        _current is { } batch ? (new Work(WorkKind.Apply, batch.FirstIndex, batch.LastIndex), CurrentSince)
        : _restoring is { } restoration && !(_isReading && (!_isPreparing || CurrentSince < restoration.AdvancedAt))
            ? (new Work(WorkKind.Restore, LastIndex: restoration.LastIncludedIndex), restoration.AdvancedAt)
        : _isReading ? CurrentRead
        : null;

    private (Work Work, TimeSpan Since) CurrentRead => (new Work(_turn[_turnPosition]?.Kind ?? WorkKind.Read), CurrentSince);

    /// <summary>Whether nothing is being applied and nothing waits.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_running && !_isPreparing;
            }
        }
    }

    /// <summary>
    /// Gets an empty batch to fill and hand over. Null if enough batches wait, a restoration waits, or the life has ended; the worker is
    /// woken when there is room again.
    /// </summary>
    public CommittedBatch? TryRent()
    {
        lock (_lock)
        {
            int ahead = _batches.Count + (_current is null ? 0 : 1);
            if (ahead >= MaximumWaiting || _closed || HasRestoration)
            {
                _workerWaits = true;
                return null;
            }

            return _free.TryPop(out CommittedBatch? batch) ? batch : new CommittedBatch();
        }
    }

    /// <summary>
    /// Whether all that was handed over is applied, and its callers are answered; reads may run or wait. If not, the worker is woken when it
    /// may be.
    /// </summary>
    public bool HasAppliedAll()
    {
        lock (_lock)
        {
            bool isBusy = _current is not null || _isFinishing || _batches.Count > 0 || HasRestoration;
            _workerWaits |= isBusy;
            return !isBusy;
        }
    }

    /// <summary>Hands a filled batch over.</summary>
    public void Post(CommittedBatch batch)
    {
        lock (_lock)
        {
            _batches.Enqueue(batch);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        Schedule();
    }

    /// <summary>
    /// The state machine hangs: resumes the callers that it has answered, who otherwise wait for the end of its batch or turn of reads.
    /// </summary>
    public void ResumeAnswered()
    {
        lock (_lock)
        {
            _current?.ResumeAnswered();
            _answered?.StartEarly();
        }
    }

    /// <summary>
    /// The worker will not look at the state machine for a while: the next read that finds it idle wakes the worker.
    /// </summary>
    /// <returns>Whether it is idle. Work that was posted before has woken nobody, so it must still be looked at.</returns>
    public bool EndWatch()
    {
        lock (_lock)
        {
            _isWatched = false;
            return IsIdle;
        }
    }

    public void Execute() => _ = DrainAsync();

    /// <summary>
    /// Starts from an entry that the state machine is known to contain already. Before any batch is posted; reads may be waiting for it.
    /// </summary>
    public void StartAfter(long index, DateTimeOffset time)
    {
        lock (_lock)
        {
            _appliedTime = time;
            Volatile.Write(ref _appliedIndex, index);
            ReleaseReads();
            if (_running || _queries.Count == 0)
            {
                return;
            }

            _running = true;
        }

        Schedule();
    }

    /// <summary>The time of the last entry that was applied. Only for what runs here, between two batches.</summary>
    public DateTimeOffset AppliedTime => _appliedTime;

    private void Schedule()
    {
        if (_ownThread is null)
        {
            _scheduler.Schedule(this, preferLocal: true);
        }
        else
        {
            _ownThread.Schedule(this);
        }
    }

    private async Task DrainAsync()
    {
        while (TryTake(out CommittedBatch? batch, out int reads, out StateRestoration? restoration))
        {
            if (reads > 0)
            {
                if (await RunReadsAsync(reads).ConfigureAwait(false))
                {
                    Schedule(); // they have resumed on another thread
                    return;
                }

                continue;
            }

            if (restoration is { IsPrepared: false })
            {
                _ = PrepareAsync(restoration); // reads may run meanwhile
                continue;
            }

            WorkEnd end = batch is not null
                ? await ApplyAsync(batch).ConfigureAwait(false)
                : await RestoreAsync(restoration!).ConfigureAwait(false);
            if (end == WorkEnd.HasMoved)
            {
                Schedule(); // the state machine has resumed on a thread of its choice, where the next call, which may block, must not run
            }

            if (end != WorkEnd.Done)
            {
                return;
            }
        }
    }

    private bool TryTake(out CommittedBatch? batch, out int reads, out StateRestoration? restoration)
    {
        bool wakesWorker;
        TimeSpan now = _clock.Now;
        lock (_lock)
        {
            reads = 0;
            batch = null;
            if (TryBeginRestoring(now, out restoration))
            {
                CurrentSince = now;
                return true;
            }

            if (!_closed && TryTakeBeforeNextBatch(out reads))
            {
                CurrentSince = now;
                return _isReading = true;
            }

            // In turns, so that neither a flood of reads nor one of commands starves the other.
            _queryIsNext = !_queryIsNext;
            if (!_closed && (_queryIsNext
                ? TryTakeReads(out reads) || _batches.TryDequeue(out batch)
                : _batches.TryDequeue(out batch) || TryTakeReads(out reads)))
            {
                _current = batch;
                CurrentSince = now;
                _isReading = reads > 0;
                return true;
            }

            _isReading = false;
            _running = false;
            wakesWorker = _isStopping;
        }

        if (wakesWorker)
        {
            _wakeWorker();
        }

        return false;
    }
}
