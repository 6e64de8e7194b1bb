using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// Applies committed batches to the state machine, apart from the node's worker: a slow state machine delays results and
/// reads of its own node, never a vote, an acknowledgement or a heartbeat.
/// </summary>
/// <remarks>
/// The worker hands batches over, at most <see cref="MaximumWaiting"/> ahead, so that what is unapplied stays in the log
/// and not in memory twice. Reads queue here as well; a batch and a read never run at the same time.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed partial class Applier : IThreadPoolWorkItem
{
    /// <summary>One batch being applied and one ready behind it keep the state machine busy.</summary>
    public const int MaximumWaiting = 2;

    private readonly Lock _lock = new();
    private readonly Queue<CommittedBatch> _batches = new();
    private readonly Queue<StateMachineQuery> _queries = new();
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
    private bool _isReading;
    private bool _isStopping;
    private bool _closed;
    private bool _workerWaits;
    private long _appliedIndex;

    /// <param name="settings">The state machine, the scheduler that runs it unless it may block, and the clock.</param>
    /// <param name="metrics">Takes how long batches took and how proposals ended.</param>
    /// <param name="applied">Receives the last index of each batch that was applied.</param>
    /// <param name="failed">Receives what the state machine threw.</param>
    /// <param name="wakeWorker">
    /// Called when a batch can be handed over, after the worker found that none could; after a restoration; and when a stopping node's work
    /// has ended.
    /// </param>
    public Applier(NodeSettings settings, NodeMetrics? metrics, Action<long> applied, Action<Exception> failed, Action wakeWorker)
    {
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

    /// <summary>The entries that the state machine is at work on, and since when; null if it is at none.</summary>
    public (long FirstIndex, long LastIndex, TimeSpan Since)? AtWork
    {
        get
        {
            lock (_lock)
            {
                return _current is { } batch ? (batch.FirstIndex, batch.LastIndex, _currentSince)
                    : _restoring is { } restoration ? (restoration.LastIncludedIndex, restoration.LastIncludedIndex, _currentSince)
                    : null;
            }
        }
    }

    /// <summary>Whether nothing is being applied and nothing waits.</summary>
    public bool IsIdle => !_running;

    /// <summary>Whether the state machine threw or was given up on while it was at work, so that nobody may use it again.</summary>
    public bool StateIsUncertain { get; private set; }

    /// <summary>
    /// Gives an empty batch to fill and hand over, or null if enough wait, or a restoration does, or the end; then the worker is woken when
    /// it is worth another try.
    /// </summary>
    public CommittedBatch? TryRent()
    {
        lock (_lock)
        {
            int ahead = _batches.Count + (_current is null ? 0 : 1);
            if (ahead >= MaximumWaiting || _closed || IsToBeRestored)
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

    /// <summary>Queues a read, unless too many wait.</summary>
    public PostOutcome Post(StateMachineQuery query, int maximumWaiting)
    {
        lock (_lock)
        {
            if (_closed || _isStopping)
            {
                return PostOutcome.Closed;
            }

            if (_queries.Count >= maximumWaiting)
            {
                return PostOutcome.Full;
            }

            _queries.Enqueue(query);
            if (_running)
            {
                return PostOutcome.Posted;
            }

            _running = true;
        }

        Schedule();
        return PostOutcome.Posted;
    }

    public void Execute() => _ = DrainAsync();

    /// <summary>Starts from an entry that the state machine is known to contain already. Before anything is posted.</summary>
    public void StartAfter(long index, DateTimeOffset time)
    {
        _appliedTime = time;
        Volatile.Write(ref _appliedIndex, index);
    }

    /// <summary>The time of the last entry that was applied. Asked for by what runs here, between two batches.</summary>
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
        while (TryTake(out CommittedBatch? batch, out StateMachineQuery? query, out StateRestoration? restoration))
        {
            if (query is not null)
            {
                query.Run(_machine);
                continue;
            }

            WorkEnd end = batch is not null ? await ApplyAsync(batch).ConfigureAwait(false) : await RestoreAsync(restoration!).ConfigureAwait(false);
            if (end == WorkEnd.HasMoved)
            {
                Schedule(); // back from wherever the state machine resumed; what may block must not go on there
            }

            if (end != WorkEnd.Done)
            {
                return;
            }
        }
    }

    private async ValueTask<WorkEnd> ApplyAsync(CommittedBatch batch)
    {
        bool hasMoved = false;
        CommandActivities.TracedBatch? traced = null;
        try
        {
            if (batch.Count > 0)
            {
                traced = CommandActivities.AreListenedTo ? _activities.Trace(batch) : null;
                ValueTask applying = _machine.ApplyAsync(batch, _stopping.Token);
                hasMoved = !applying.IsCompleted;
                await applying.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return WorkEnd.Over; // abandoned, and it noticed
        }
        // Whatever a state machine throws stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            Fail(batch, exception);
            return WorkEnd.Over;
        }

        Finish(batch, traced);
        return hasMoved ? WorkEnd.HasMoved : WorkEnd.Done;
    }

    private bool TryTake(out CommittedBatch? batch, out StateMachineQuery? query, out StateRestoration? restoration)
    {
        bool tellWorker;
        TimeSpan now = _clock.Now;
        lock (_lock)
        {
            query = null;
            batch = null;
            if (TryBeginRestoring(out restoration))
            {
                _currentSince = now;
                return true;
            }

            // In turns, so that neither a flood of reads nor one of commands starves the other.
            _queryIsNext = !_queryIsNext;
            if (!_closed && (_queryIsNext
                ? _queries.TryDequeue(out query) || _batches.TryDequeue(out batch)
                : _batches.TryDequeue(out batch) || _queries.TryDequeue(out query)))
            {
                _current = batch;
                _currentSince = now;
                _isReading = query is not null;
                return true;
            }

            _isReading = false;
            _running = false;
            tellWorker = _isStopping;
        }

        if (tellWorker)
        {
            _wakeWorker();
        }

        return false;
    }

    private void Finish(CommittedBatch batch, CommandActivities.TracedBatch? traced)
    {
        bool tellWorker;
        lock (_lock)
        {
            if (_current != batch)
            {
                return; // abandoned meanwhile
            }

            _current = null;
            _appliedTime = batch.LastTime;
            Volatile.Write(ref _appliedIndex, batch.LastIndex);
            tellWorker = _workerWaits;
            _workerWaits = false;
        }

        if (batch.Count > 0)
        {
            _metrics?.RecordApply(_clock.Now - _currentSince);
        }

        traced?.Complete(_clock.UtcNow);
        _applied(batch.LastIndex);
        batch.Finish(_metrics);
        lock (_lock)
        {
            _free.Push(batch);
        }

        if (tellWorker)
        {
            _wakeWorker();
        }
    }
}
