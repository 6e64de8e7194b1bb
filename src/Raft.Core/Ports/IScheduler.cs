namespace Raft;

/// <summary>
/// Runs the work of a node on threads. A node runs nothing in any other way. <see cref="PoolScheduler"/> uses the thread pool; a simulator
/// runs the same node step by step in one thread.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IScheduler
{
    /// <summary>Runs <c>item.Execute()</c> soon, never within this call. Items of one node may run at the same time.</summary>
    /// <param name="item">The work; it never throws.</param>
    /// <param name="preferLocal">True if the calling thread will be free soon, and so is the best one to run the item.</param>
    void Schedule(IThreadPoolWorkItem item, bool preferLocal);

    /// <summary>
    /// Creates a scheduler for work that may block its thread, such as a state machine whose <see cref="IStateMachine.MayBlock"/> is
    /// true.
    /// </summary>
    /// <param name="name">The name of the work, for debuggers.</param>
    /// <returns>A scheduler that runs its items one after another; dispose it when nothing more is scheduled.</returns>
    IBlockingScheduler CreateBlocking(string name);
}

/// <summary>A scheduler whose items may block. They run one after another on their own thread.</summary>
public interface IBlockingScheduler : IDisposable
{
    /// <summary>Runs <c>item.Execute()</c> after all items that were scheduled before, never within this call.</summary>
    /// <param name="item">The work; it never throws.</param>
    void Schedule(IThreadPoolWorkItem item);
}
