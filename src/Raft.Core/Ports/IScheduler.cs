namespace Raft;

/// <summary>
/// Brings a node's work to a thread: the only way in which a node ever runs anything. <see cref="PoolScheduler"/> uses
/// the thread pool; a simulator runs the very same node step by step in one thread.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IScheduler
{
    /// <summary>Runs <c>item.Execute()</c> soon, never within this call. Items of one node may run at the same time.</summary>
    /// <param name="item">The work; it never throws.</param>
    /// <param name="preferLocal">True if the calling thread is about to be free, and so is the best one to run it.</param>
    void Schedule(IThreadPoolWorkItem item, bool preferLocal);

    /// <summary>Makes a scheduler for work that may block its thread, such as that of a state machine which says so.</summary>
    /// <param name="name">What the work is, for debuggers.</param>
    /// <returns>A scheduler that runs its items one after another; dispose it when nothing more is scheduled.</returns>
    IBlockingScheduler CreateBlocking(string name);
}

/// <summary>A scheduler whose items may block: they have a thread of their own, and run one after another.</summary>
public interface IBlockingScheduler : IDisposable
{
    /// <summary>Runs <c>item.Execute()</c> after everything that was scheduled before, never within this call.</summary>
    /// <param name="item">The work; it never throws.</param>
    void Schedule(IThreadPoolWorkItem item);
}
