using System.Runtime.CompilerServices;

namespace Raft;

/// <summary>
/// Moves code to its own thread, since it may block: after this was awaited, the code up to the next wait runs on a new thread.
/// The thread ends then.
/// </summary>
/// <param name="scheduler">Creates the thread.</param>
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

    /// <summary>The thread is disposed only here: earlier, the continuation that waits for it would be dropped.</summary>
    public void Execute()
    {
        using (_thread)
        {
            _continuation!();
        }
    }
}
