namespace Raft.Testing;

/// <summary>
/// Runs nodes one step at a time, on the thread that requests a step: no thread pool, and nothing runs in between.
/// </summary>
/// <remarks>
/// <para>
/// Any thread may run it, also one with a <see cref="SynchronizationContext"/>, which is set aside meanwhile; but one at a time. A
/// <see cref="Schedule"/> from another thread than the one that runs it is an <em>escape</em>: something awaited in a way that leaves
/// the simulation. It is recorded with its stack trace, its item is dropped, and the next run throws.
/// </para>
/// <para>Items run in the order in which they were scheduled, or, given a seed, in a random order that repeats.</para>
/// </remarks>
public sealed class StepScheduler : IScheduler
{
    private const long DefaultStepLimit = 1_000_000;

    private readonly HomeThread _home;
    private readonly Trace? _trace;
    private readonly Func<TimeSpan>? _now;
    private readonly SeededRandom? _order;
    private readonly Queue<IThreadPoolWorkItem> _inOrder = new();
    private readonly List<IThreadPoolWorkItem> _anyOrder = [];

    /// <summary>Makes a scheduler.</summary>
    /// <param name="seed">Of the order in which waiting items run; null for the order in which they came.</param>
    public StepScheduler(ulong? seed = null)
        : this(new HomeThread(), trace: null, now: null, seed is { } value ? new SeededRandom(value) : null)
    {
    }

    internal StepScheduler(HomeThread home, Trace? trace, Func<TimeSpan>? now, SeededRandom? order)
    {
        _home = home;
        _trace = trace;
        _now = now;
        _order = order;
    }

    /// <summary>How many items have run.</summary>
    public long Steps { get; private set; }

    /// <summary>How many items wait.</summary>
    public int Waiting => _inOrder.Count + _anyOrder.Count;

    /// <summary>Whether something was scheduled from another thread; the next run says what.</summary>
    public bool HasEscapes => _home.HasEscapes;

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!_home.Admits($"{item.GetType()} was scheduled"))
        {
            return;
        }

        if (_order is null)
        {
            _inOrder.Enqueue(item);
        }
        else
        {
            _anyOrder.Add(item);
        }
    }

    /// <summary>Makes a scheduler whose items run among all the others, on the same thread, but in their own order.</summary>
    /// <param name="name">Not used.</param>
    /// <returns>The scheduler.</returns>
    public IBlockingScheduler CreateBlocking(string name) => new SerialItems(this);

    /// <summary>Runs one item.</summary>
    /// <returns>False if none waits.</returns>
    /// <exception cref="SimulationException">Something was scheduled from another thread.</exception>
    /// <exception cref="InvalidOperationException">Another thread runs it now.</exception>
    public bool RunStep()
    {
        using HomeThread.Visit visit = _home.Enter();
        _home.ThrowIfLeft();
        if (Waiting == 0)
        {
            return false;
        }

        IThreadPoolWorkItem item = Take();
        Steps++;
        _trace?.AddStep(_now!(), Steps);
        DefaultTasks.Run(item);
        _home.ThrowIfLeft();
        return true;
    }

    /// <summary>Runs items until none waits.</summary>
    /// <param name="stepLimit">
    /// How many items may run before it gives up, since they seem to schedule one another indefinitely; default 1,000,000.
    /// </param>
    /// <returns>How many ran.</returns>
    /// <exception cref="SimulationException">The limit was reached, or something was scheduled from another thread.</exception>
    public long RunUntilIdle(long stepLimit = DefaultStepLimit)
    {
        using HomeThread.Visit visit = _home.Enter();
        long before = Steps;
        while (RunStep())
        {
            if (Steps - before >= stepLimit)
            {
                throw new SimulationException($"LIVELOCK: {stepLimit} items ran, and {Waiting} more wait: they schedule one another "
                    + "without end.");
            }
        }

        return Steps - before;
    }

    private IThreadPoolWorkItem Take()
    {
        if (_order is null)
        {
            return _inOrder.Dequeue();
        }

        int picked = _order.Next(_anyOrder.Count);
        IThreadPoolWorkItem item = _anyOrder[picked];
        _anyOrder[picked] = _anyOrder[^1];
        _anyOrder.RemoveAt(_anyOrder.Count - 1);
        return item;
    }

    /// <summary>One turn among all items for each of its own, which it then takes in order.</summary>
    private sealed class SerialItems(StepScheduler scheduler) : IBlockingScheduler, IThreadPoolWorkItem
    {
        private readonly Queue<IThreadPoolWorkItem> _waiting = new();
        private bool _disposed;

        public void Schedule(IThreadPoolWorkItem item)
        {
            if (scheduler._home.Admits($"{item.GetType()} was scheduled") && !_disposed)
            {
                _waiting.Enqueue(item);
                scheduler.Schedule(this, preferLocal: false);
            }
        }

        public void Execute()
        {
            if (_waiting.TryDequeue(out IThreadPoolWorkItem? item))
            {
                item.Execute();
            }
        }

        public void Dispose()
        {
            _disposed = true;
            _waiting.Clear();
        }
    }
}
