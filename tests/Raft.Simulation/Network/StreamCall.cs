using System.Threading.Tasks.Sources;

namespace Raft.SimulationRuns;

/// <summary>
/// A call of a simulated stream, listener or network that a process waits for. It completes in a work item of that process: never while the
/// process is paused, or after it has crashed.
/// </summary>
internal sealed class StreamCall<T>(IScheduler scheduler) : IValueTaskSource<T>, IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<T> _core;
    private Func<T>? _result;

    /// <summary>Whether it is still to be completed.</summary>
    public bool IsOpen => _result is null;

    /// <summary>Whether its result waits for its process.</summary>
    public bool IsOnItsWay { get; private set; }

    public ValueTask<T> Task => new(this, _core.Version);

    public ValueTask TaskWithoutResult => new(this, _core.Version);

    /// <summary>Completes it, unless it is completed already.</summary>
    /// <param name="result">Returns the result, or throws the exception.</param>
    public void Complete(Func<T> result)
    {
        if (IsOpen)
        {
            _result = result;
            IsOnItsWay = true;
            scheduler.Schedule(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        IsOnItsWay = false;
        T result;
        try
        {
            result = _result!();
        }
        // Whatever it is, the caller gets it.
        catch (Exception exception)
        {
            _core.SetException(exception);
            return;
        }

        _core.SetResult(result);
    }

    T IValueTaskSource<T>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
