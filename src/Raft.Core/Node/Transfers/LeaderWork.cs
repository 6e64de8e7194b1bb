namespace Raft;

/// <summary>
/// Counts the work that runs only while the node leads, so that a leader that hands over can wait for its end. Safe to use from any thread.
/// </summary>
internal sealed class LeaderWork
{
    private int _running;
    private Action? _ended;

    /// <summary>Whether none is running.</summary>
    public bool IsIdle => Volatile.Read(ref _running) == 0;

    /// <summary>Called on any thread whenever some work has ended; set by each life of the node.</summary>
    public void NotifyEndTo(Action? ended) => Volatile.Write(ref _ended, ended);

    /// <summary>Work begins. Each call is followed by one of <see cref="End"/>.</summary>
    public void Begin() => Interlocked.Increment(ref _running);

    /// <summary>Work has ended.</summary>
    public void End()
    {
        Interlocked.Decrement(ref _running);
        Volatile.Read(ref _ended)?.Invoke();
    }
}
