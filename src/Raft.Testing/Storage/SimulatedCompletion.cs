using System.Threading.Tasks.Sources;

namespace Raft.Testing;

/// <summary>
/// A result that comes later, as a step of the simulation: completing it only schedules it, and its step resumes the
/// waiter. Goes back to its pool once the waiter has fetched the result.
/// </summary>
internal sealed class SimulatedCompletion<T>(IScheduler scheduler, Stack<SimulatedCompletion<T>> pool)
    : IValueTaskSource<T>, IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<T> _core; // runs continuations right there: in the step, on the simulation's thread
    private T? _result;
    private Exception? _error;

    public ValueTask<T> Task => new(this, _core.Version);

    public ValueTask UntypedTask => new(this, _core.Version);

    /// <summary>Makes the result known in a later step.</summary>
    public void Complete(T result, Exception? error)
    {
        _result = result;
        _error = error;
        scheduler.Schedule(this, preferLocal: false);
    }

    public void Execute()
    {
        if (_error is not null)
        {
            _core.SetException(_error);
        }
        else
        {
            _core.SetResult(_result!);
        }
    }

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _result = default;
            _error = null;
            pool.Push(this);
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
