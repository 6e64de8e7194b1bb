using System.Threading.Tasks.Sources;

namespace Raft.Storage.Files;

/// <summary>A call on a disk thread. The code that awaits it continues on that thread, so a simulation runs it as one step.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class DiskCall<T> : IThreadPoolWorkItem, IValueTaskSource<T>
{
    private readonly Func<T> _call;
    private readonly CancellationToken _cancellationToken;
    private ManualResetValueTaskSourceCore<T> _completion; // continues within SetResult, unless configured otherwise

    private DiskCall(Func<T> call, CancellationToken cancellationToken)
    {
        _call = call;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Makes a call that blocks its thread.</summary>
    /// <param name="threads">The threads to make it on.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Prevents the call if it has not begun.</param>
    /// <returns>The result of the call, or its exception.</returns>
    public static ValueTask<T> Run(IDiskThreads threads, Func<T> call, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        DiskCall<T> work = new(call, cancellationToken);
        threads.Run(work);
        return new ValueTask<T>(work, work._completion.Version);
    }

    /// <inheritdoc/>
    public void Execute()
    {
        T result;
        try
        {
            _cancellationToken.ThrowIfCancellationRequested();
            result = _call();
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
            return;
        }

        _completion.SetResult(result);
    }

    /// <inheritdoc/>
    public T GetResult(short token) => _completion.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
