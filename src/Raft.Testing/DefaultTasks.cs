namespace Raft.Testing;

/// <summary>
/// Runs something on the calling thread as work of <see cref="TaskScheduler.Default"/>. A test that runs on another task scheduler would
/// capture that one in its awaits, and continue them on its threads.
/// </summary>
internal static class DefaultTasks
{
    public static void Run(IThreadPoolWorkItem item)
    {
        if (TaskScheduler.Current == TaskScheduler.Default)
        {
            item.Execute();
        }
        else
        {
            RunInTask(item.Execute);
        }
    }

    public static void Run(Action action)
    {
        if (TaskScheduler.Current == TaskScheduler.Default)
        {
            action();
        }
        else
        {
            RunInTask(action);
        }
    }

    private static void RunInTask(Action action)
    {
        Task task = new(action);
        task.RunSynchronously(TaskScheduler.Default);
        task.GetAwaiter().GetResult();
    }
}
