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

    private readonly Lock _lock = new();
    private readonly Queue<CommittedBatch> _batches = new();
    private readonly Queue<StateMachineQuery> _queries = new(); // bounded by the limit of reads
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
    private CommittedBatch? _current;
    private TimeSpan _currentSince;
    private DateTimeOffset _appliedTime;
    private bool _queryIsNext;
    private volatile bool _running;
    private bool _isStopping;
    private bool _closed;
    private bool _workerWaits;
    private volatile bool _isWatched;
    private bool _isReading;
    private volatile int _turnPosition; // of the read that runs
    private long _appliedIndex;

    /// <param name="settings">The state machine, the scheduler that runs it unless it may block, and the clock.</param>
    /// <param name="metrics">Receives how long batches took and how proposals ended.</param>
    /// <param name="applied">Receives the last index of each batch that was applied.</param>
    /// <param name="failed">Receives what the state machine threw.</param>
    /// <param name="wakeWorker">
    /// Called when a batch can be handed over, after the worker found that none could; after a restoration; and when a stopping node's work
    /// has ended.
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

    /// <summary>What the state machine was doing when the life ended without it; null if it was idle.</summary>
    public (Work Work, TimeSpan Since)? Abandoned { get; private set; }

    /// <summary>
    /// Whether the worker will look at the state machine within a while. If not, a read that finds the state machine idle wakes it.
    /// </summary>
    public bool IsWatched
    {
        get => _isWatched;
        set => _isWatched = value;
    }

    /// <summary>Bounds the reads that wait.</summary>
    public ReadLimit ReadLimit { get; }

    /// <summary>Called under the lock.</summary>
    private (Work Work, TimeSpan Since)? CurrentWorkLocked =>
        _current is { } batch ? (new Work(WorkKind.Apply, batch.FirstIndex, batch.LastIndex), _currentSince)
        : _restoring is { } restoration ? (new Work(WorkKind.Restore, LastIndex: restoration.LastIncludedIndex), SinceOf(restoration))
        : _isReading ? (new Work(_turn[_turnPosition]?.Kind ?? WorkKind.Read), _currentSince)
        : null;

    private TimeSpan SinceOf(StateRestoration restoration) =>
        restoration.AdvancedAt > _currentSince ? restoration.AdvancedAt : _currentSince;

    /// <summary>Whether nothing is being applied and nothing waits.</summary>
    public bool IsIdle => !_running;

    /// <summary>Whether the state machine threw, or the node ended while it was working: it must not be used again.</summary>
    public bool StateIsUncertain { get; private set; }

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

    public void Execute() => _ = DrainAsync();

    /// <summary>Starts from an entry that the state machine is known to contain already. Before anything is posted.</summary>
    public void StartAfter(long index, DateTimeOffset time)
    {
        _appliedTime = time;
        Volatile.Write(ref _appliedIndex, index);
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
            if (TryBeginRestoring(out restoration))
            {
                _currentSince = now;
                return true;
            }

            // In turns, so that neither a flood of reads nor one of commands starves the other.
            _queryIsNext = !_queryIsNext;
            if (!_closed && (_queryIsNext
                ? TryTakeReads(out reads) || _batches.TryDequeue(out batch)
                : _batches.TryDequeue(out batch) || TryTakeReads(out reads)))
            {
                _current = batch;
                _currentSince = now;
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
