using System.Runtime.CompilerServices;

namespace Raft;

/// <summary>
/// Awaited: what follows, up to the next wait, runs on a thread of its own, since it may block. The thread ends with it.
/// </summary>
/// <param name="scheduler">Makes the thread.</param>
/// <param name="name">The thread's name, for debuggers.</param>
internal sealed class OwnThread(IScheduler scheduler, string name) : INotifyCompletion, IThreadPoolWorkItem
{
    private IBlockingScheduler? _thread;
    private Action? _continuation;

    public bool IsCompleted => false;

    public OwnThread GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation)
    {
        _continuation = continuation;
        _thread = scheduler.CreateBlocking(name);
        _thread.Schedule(this);
    }

    /// <summary>Only here may the thread be disposed: before, that would drop what waits for it.</summary>
    public void Execute()
    {
        using (_thread)
        {
            _continuation!();
        }
    }
}
