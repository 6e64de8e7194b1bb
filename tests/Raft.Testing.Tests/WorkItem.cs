namespace Raft.Testing.Tests;

internal sealed class WorkItem(Action run) : IThreadPoolWorkItem
{
    public void Execute() => run();
}
