namespace Raft;

/// <summary>
/// Resumes many waiters with one work item, without making them wait for one that blocks: before the item resumes the first waiter, it
/// queues itself again as a standby. Each execution takes one waiter at a time.
/// </summary>
/// <remarks>
/// One item per waiter costs up to three times as much. In a plain loop, a waiter that blocks its thread would block all later ones.
/// </remarks>
internal sealed class ResumeBatch(IScheduler scheduler, ResumeBatchPool pool) : IThreadPoolWorkItem
{
    private CompletionSource?[] _sources = new CompletionSource?[16];
    private int _count;
    private int _next;
    private int _executions;

    /// <summary>How many waiters were added. For what adds them.</summary>
    public int Count => _count;

    /// <summary>Adds a claimed waiter.</summary>
    public void Add(CompletionSource claimed)
    {
        int count = _count;
        if (count == _sources.Length)
        {
            Array.Resize(ref _sources, count * 2);
        }

        _sources[count] = claimed;
        Volatile.Write(ref _count, count + 1); // StartEarly may read it on another thread
    }

    /// <summary>
    /// Schedules the waiters that were added so far: what adds the others may take long. Another thread may add a waiter meanwhile, which
    /// is scheduled by this call or a later one. Not to be called at the same time as itself or as <see cref="Start"/>.
    /// </summary>
    public void StartEarly()
    {
        int count = Volatile.Read(ref _count);
        if (_next == count)
        {
            return;
        }

        CompletionSource?[] sources = Volatile.Read(ref _sources); // after the count: it contains as many
        ResumeBatch early = pool.Rent();
        while (_next < count)
        {
            early.Add(sources[_next++]!);
        }

        early.Start();
    }

    /// <summary>Schedules all added waiters that were not scheduled early. The batch belongs to the scheduler from now on.</summary>
    public void Start()
    {
        Array.Clear(_sources, 0, _next);
        if (_next == _count)
        {
            _next = _count = 0;
            pool.Return(this);
            return;
        }

        _executions = 1;
        scheduler.Schedule(this, preferLocal: true);
    }

    public void Execute()
    {
        if (Volatile.Read(ref _next) < _count - 1)
        {
            Interlocked.Increment(ref _executions);
            scheduler.Schedule(this, preferLocal: true); // the standby
        }

        int mine;
        while ((mine = Interlocked.Increment(ref _next) - 1) < _count)
        {
            CompletionSource source = _sources[mine]!;
            _sources[mine] = null;
            source.Execute();
        }

        if (Interlocked.Decrement(ref _executions) == 0)
        {
            _count = 0;
            _next = 0;
            pool.Return(this);
        }
    }
}

/// <summary>Keeps used batches.</summary>
internal sealed class ResumeBatchPool(IScheduler scheduler)
{
    private const int MaximumKept = 64;

    private readonly Lock _lock = new();
    private readonly Stack<ResumeBatch> _free = new();

    public ResumeBatch Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out ResumeBatch? batch))
            {
                return batch;
            }
        }

        return new ResumeBatch(scheduler, this);
    }

    public void Return(ResumeBatch batch)
    {
        lock (_lock)
        {
            if (_free.Count < MaximumKept)
            {
                _free.Push(batch);
            }
        }
    }
}
