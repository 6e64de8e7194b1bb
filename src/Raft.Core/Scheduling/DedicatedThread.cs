#pragma warning disable RS0030 // Work that blocks its thread needs its own thread: on the pool it would starve all nodes.

namespace Raft;

/// <summary>
/// Runs items one after another on a background thread. The thread starts with the first item and ends after
/// <see cref="Dispose"/>.
/// </summary>
internal sealed class DedicatedThread(string name) : IBlockingScheduler
{
    private readonly object _monitor = new();
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();
    private Thread? _thread;
    private bool _disposed;

    public void Schedule(IThreadPoolWorkItem item)
    {
        lock (_monitor)
        {
            if (_disposed)
            {
                return;
            }

            _waiting.Enqueue(item);
            if (_thread is null)
            {
                _thread = new Thread(RunItems) { IsBackground = true, Name = name };
                _thread.UnsafeStart(); // the execution context of the first caller must not flow to the items of others
            }
            else
            {
                Monitor.Pulse(_monitor);
            }
        }
    }

    /// <summary>Does not wait for the item that is running, which may never end.</summary>
    public void Dispose()
    {
        lock (_monitor)
        {
            _disposed = true;
            _waiting.Clear();
            Monitor.Pulse(_monitor);
        }
    }

    private void RunItems()
    {
        while (TakeNext() is { } item)
        {
            item.Execute();
        }
    }

    private IThreadPoolWorkItem? TakeNext()
    {
        lock (_monitor)
        {
            while (true)
            {
                if (_waiting.TryDequeue(out IThreadPoolWorkItem? item))
                {
                    return item;
                }

                if (_disposed)
                {
                    return null;
                }

                Monitor.Wait(_monitor);
            }
        }
    }
}
