namespace Raft.Benchmarks.BareFlow;

/// <summary>
/// Resumes many callers with one work item. A caller that blocks must not delay the others: before the first is resumed, the item
/// queues itself again, and each run takes one caller at a time.
/// </summary>
internal sealed class BareResume(BareResumePool pool) : IThreadPoolWorkItem
{
    private BareCaller[] _callers = new BareCaller[64];
    private int _count;
    private int _next;
    private int _executions;

    public void Add(BareCaller caller)
    {
        if (_count == _callers.Length)
        {
            Array.Resize(ref _callers, _count * 2);
        }

        _callers[_count++] = caller;
    }

    public void Start()
    {
        _executions = 1;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    public void Execute()
    {
        if (Volatile.Read(ref _next) < _count - 1)
        {
            Interlocked.Increment(ref _executions);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }

        int mine;
        while ((mine = Interlocked.Increment(ref _next) - 1) < _count)
        {
            _callers[mine].Resume();
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
internal sealed class BareResumePool
{
    private readonly Lock _lock = new();
    private readonly Stack<BareResume> _free = new();

    public BareResume Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out BareResume? batch))
            {
                return batch;
            }
        }

        return new BareResume(this);
    }

    public void Return(BareResume batch)
    {
        lock (_lock)
        {
            _free.Push(batch);
        }
    }
}
