namespace Raft.Storage.Files;

/// <summary>
/// Threads for work that waits for a disk, shared by all stores of the process: on the thread pool it would delay everything else, and one
/// thread for each store would be hundreds where a process has many nodes. A thread is added when work waits and none is free, and ends
/// when it had nothing to do for a while.
/// </summary>
internal sealed class DiskThreads : IDiskThreads
{
    private const int MaximumThreads = 64; // more calls at once do not make a disk faster
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static DiskThreads? _own; // of the thread that asks

    [ThreadStatic]
    private static IThreadPoolWorkItem? _next;

    private readonly object _monitor = new();
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();
    private int _threads;
    private int _idle;

    private DiskThreads()
    {
    }

    /// <summary>The threads of this process.</summary>
    public static DiskThreads Shared { get; } = new();

    /// <inheritdoc/>
    public void Run(IThreadPoolWorkItem work)
    {
        lock (_monitor)
        {
            _waiting.Enqueue(work);
            if (_idle >= _waiting.Count)
            {
                Monitor.Pulse(_monitor);
            }
            else if (_threads < MaximumThreads)
            {
                _threads++;
                // The execution context of this caller must not flow to the work of others.
                new Thread(Work) { IsBackground = true, Name = "Raft disk" }.UnsafeStart();
            }
        }
    }

    /// <inheritdoc/>
    public void RunNext(IThreadPoolWorkItem work)
    {
        if (_own == this && _next is null)
        {
            _next = work;
        }
        else
        {
            Run(work);
        }
    }

    private void Work()
    {
        _own = this;
        while ((_next ?? TakeNext()) is { } work)
        {
            _next = null;
            work.Execute();
        }
    }

    private IThreadPoolWorkItem? TakeNext()
    {
        lock (_monitor)
        {
            IThreadPoolWorkItem? work;
            while (!_waiting.TryDequeue(out work))
            {
                _idle++;
                bool wasPulsed = Monitor.Wait(_monitor, IdleTime);
                _idle--;
                if (!wasPulsed && _waiting.Count == 0)
                {
                    _threads--;
                    return null;
                }
            }

            return work;
        }
    }
}
