namespace Raft.Storage.Files.Tests;

/// <summary>Runs the work of a store on the thread of the test, when it asks for it.</summary>
internal sealed class StepThreads : IDiskThreads
{
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();

    public void Run(IThreadPoolWorkItem work) => _waiting.Enqueue(work);

    /// <summary>Runs the next work, if there is any.</summary>
    public bool Step()
    {
        if (!_waiting.TryDequeue(out IThreadPoolWorkItem? work))
        {
            return false;
        }

        work.Execute();
        return true;
    }

    /// <summary>Runs all work, and what follows from it.</summary>
    public void RunAll()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs work until a call has ended.</summary>
    public T Finish<T>(ValueTask<T> call)
    {
        Task<T> task = call.AsTask();
        while (!task.IsCompleted && Step())
        {
        }

        Assert.True(task.IsCompleted, "The call waits for something else than the disk.");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs work until a call has ended.</summary>
    public void Finish(ValueTask call) => Finish(Await(call));

    private static async ValueTask<bool> Await(ValueTask call)
    {
        await call;
        return true;
    }
}
