#pragma warning disable RS0030 // This class is where the scheduling seam meets the real machine: it stands on the thread pool.

namespace Raft;

/// <summary>Runs nodes on the thread pool of the process.</summary>
/// <remarks>
/// Work that the calling thread is about to be free for goes to that thread's own queue, where it starts soonest, except
/// for a share of it: see <see cref="LocalQueueShare"/>. All members may be called on any thread.
/// </remarks>
public sealed class PoolScheduler : IScheduler
{
    [ThreadStatic]
    private static LocalQueueShare _localShare;

    private PoolScheduler()
    {
    }

    /// <summary>The scheduler of the process; what it keeps, it keeps for each thread, so there is only one.</summary>
    public static PoolScheduler Shared { get; } = new();

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item, bool preferLocal) =>
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal && _localShare.Take());

    /// <summary>Makes a scheduler with a background thread of its own, which starts with the first item.</summary>
    /// <param name="name">The thread's name, for debuggers.</param>
    /// <returns>
    /// The scheduler. Disposing it returns at once, even if an item hangs: the thread ends after the item that it runs,
    /// what waits behind is dropped, and so is whatever is scheduled later.
    /// </returns>
    public IBlockingScheduler CreateBlocking(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new DedicatedThread(name);
    }
}
