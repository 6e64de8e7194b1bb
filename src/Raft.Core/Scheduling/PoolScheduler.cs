#pragma warning disable RS0030 // This class is the implementation of IScheduler on the thread pool.

namespace Raft;

/// <summary>Runs nodes on the thread pool of the process.</summary>
/// <remarks>
/// If the calling thread will be free soon, work goes to the queue of that thread, where it starts soonest, except for a share of the
/// items (see <see cref="LocalQueueShare"/>). All members may be called on any thread.
/// </remarks>
public sealed class PoolScheduler : IScheduler
{
    [ThreadStatic]
    private static LocalQueueShare _localShare;

    private PoolScheduler()
    {
    }

    /// <summary>The scheduler of the process. Its only state is per thread, so one is enough.</summary>
    public static PoolScheduler Shared { get; } = new();

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item, bool preferLocal) =>
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal && _localShare.Take());

    /// <summary>Creates a scheduler with its own background thread, which starts with the first item.</summary>
    /// <param name="name">The thread's name, for debuggers.</param>
    /// <returns>
    /// The scheduler. Disposing it returns at once, even if an item hangs. The thread ends after the item that is running; items that
    /// wait or are scheduled later are dropped.
    /// </returns>
    public IBlockingScheduler CreateBlocking(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new DedicatedThread(name);
    }
}
