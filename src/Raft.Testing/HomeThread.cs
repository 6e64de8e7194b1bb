using System.Diagnostics;

namespace Raft.Testing;

/// <summary>
/// The thread of a simulation, and the calls that came from other threads. Such an escape is only recorded where it happens,
/// since an exception on another thread would end the process. The next run reports it.
/// </summary>
internal sealed class HomeThread
{
    private readonly Lock _lock = new();
    private readonly List<string> _escapes = [];
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private volatile bool _hasEscapes; // looked at twice a step, where a lock would cost more than all the rest

    /// <summary>Whether the caller is on the thread. If not, records the caller.</summary>
    public bool Admits(string what)
    {
        if (Environment.CurrentManagedThreadId == _threadId)
        {
            return true;
        }

        StackTrace stack = new(skipFrames: 1, fNeedFileInfo: true);
        string escape = $"{what} on thread {Environment.CurrentManagedThreadId} instead of {_threadId}, "
            + $"{UserFrame.Describe(stack)}:{Environment.NewLine}{stack}";
        lock (_lock)
        {
            _escapes.Add(escape);
            _hasEscapes = true;
        }

        return false;
    }

    /// <summary>Whether any call came from another thread.</summary>
    public bool HasEscapes => _hasEscapes;

    /// <summary>Throws if a call came from another thread, or if the conditions for staying on this thread are not met.</summary>
    public void ThrowIfLeft()
    {
        if (Environment.CurrentManagedThreadId != _threadId)
        {
            throw new InvalidOperationException(
                $"A simulation runs on the thread that made it, number {_threadId}; this is number {Environment.CurrentManagedThreadId}. "
                    + "Make it and use it in one method that awaits nothing.");
        }

        if (SynchronizationContext.Current is { } context)
        {
            throw new InvalidOperationException(
                $"A simulation needs a thread without a synchronization context; this one has a {context.GetType()}, through which "
                    + "awaits would leave the simulation. Call SynchronizationContext.SetSynchronizationContext(null) first.");
        }

        if (_hasEscapes)
        {
            lock (_lock)
            {
                throw new SimulationException($"ESCAPED: work left the simulation's thread {_escapes.Count} time(s). The first: "
                    + $"{_escapes[0]}");
            }
        }
    }
}
