using System.Runtime.CompilerServices;

namespace Raft;

/// <summary>Awaited to continue on a thread that may block. If the thread ends first, what waits is dropped.</summary>
/// <param name="thread">The thread.</param>
internal sealed class ResumeOn(IBlockingScheduler thread) : INotifyCompletion, IThreadPoolWorkItem
{
    private Action? _continuation;

    public bool IsCompleted => false;

    public ResumeOn GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation)
    {
        _continuation = continuation;
        thread.Schedule(this);
    }

    public void Execute() => _continuation!();
}
