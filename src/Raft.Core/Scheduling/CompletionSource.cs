using System.Threading.Tasks.Sources;

namespace Raft;

/// <summary>
/// What callers of this library await: like a <c>TaskCompletionSource</c>, but pooled, and its waiter is resumed by the node's
/// <see cref="IScheduler"/>, never by the thread that completes it and never by the thread pool on its own account. So the same code
/// runs on the pool and, step by step, in a simulation.
/// </summary>
/// <remarks>
/// Completion has two steps. A claim decides who completes it: one compare-and-swap over generation and state. Exactly one of a result, a
/// failure and a cancellation wins, however they race, and a late completion of an earlier use of the pooled object loses. Then
/// <see cref="Execute"/>, which the scheduler runs, resumes the waiter.
/// </remarks>
internal abstract class CompletionSource(IScheduler scheduler) : IThreadPoolWorkItem
{
    private const long Idle = 0;
    private const long Pending = 1;
    private const long Claimed = 2;

    private long _claim;
    private CancellationTokenRegistration _registration;

    /// <summary>
    /// The number of the current use of this object. The code that will complete it reads the number before it shares the
    /// object.
    /// </summary>
    public uint Generation => (uint)(Volatile.Read(ref _claim) >> 2);

    /// <summary>Whether this use is not completed yet.</summary>
    public bool IsPending(uint generation) => Volatile.Read(ref _claim) == Word(generation, Pending);

    /// <summary>
    /// Claims it with an error. The caller must then call <see cref="Resume"/>, or <see cref="Execute"/> from a work item.
    /// </summary>
    public bool TryFail(uint generation, Exception error)
    {
        if (!TryClaim(generation))
        {
            return false;
        }

        StoreError(error);
        return true;
    }

    /// <summary>Schedules the waiter as its own work item.</summary>
    public void Resume() => scheduler.Schedule(this, preferLocal: true);

    /// <summary>Runs the waiter. Do not use this object afterwards: it may already be in use again.</summary>
    public abstract void Execute();

    protected abstract void StoreError(Exception error);

    protected bool TryClaim(uint generation) =>
        Interlocked.CompareExchange(ref _claim, Word(generation, Claimed), Word(generation, Pending)) == Word(generation, Pending);

    /// <summary>Starts a use.</summary>
    protected void Arm() => Volatile.Write(ref _claim, Word(Generation + 1, Pending));

    /// <summary>Lets a token complete it as cancelled. Called before the source is shared with code that could complete it.</summary>
    protected void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((CompletionSource)state!).Cancel(token), this);
        }
    }

    /// <summary>Ends a use, after the waiter has fetched its result.</summary>
    /// <returns>Whether it may be used again: false if a callback of its token may still run.</returns>
    protected bool Disarm()
    {
        bool reusable = _registration == default || _registration.Unregister(); // unlike Dispose, does not wait
        _registration = default;
        if (reusable)
        {
            Volatile.Write(ref _claim, Word(Generation, Idle));
        }

        return reusable;
    }

    private static long Word(uint generation, long state) => ((long)generation << 2) | state;

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryFail(Generation, new OperationCanceledException(cancellationToken)))
        {
            Resume();
        }
    }
}

/// <summary>A <see cref="CompletionSource"/> that yields a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal sealed class CompletionSource<T>(CompletionSourcePool<T> pool, IScheduler scheduler)
    : CompletionSource(scheduler), IValueTaskSource<T>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<T> _core; // continuations run where Execute runs: see the base class
    private T? _result;
    private Exception? _error;

    /// <summary>The pool that it is returned to.</summary>
    public CompletionSourcePool<T> Pool => pool;

    /// <summary>The task for the waiter, which awaits it once.</summary>
    public ValueTask<T> Task => new(this, _core.Version);

    /// <summary>The caller that waits on this use of it: read before the source is shown to anyone else.</summary>
    public PendingCaller<T> Caller => new(this, Generation);

    /// <summary>The task for a waiter that needs no value.</summary>
    public ValueTask UntypedTask => new(this, _core.Version);

    public void Begin(CancellationToken cancellationToken)
    {
        Arm();
        CancelWith(cancellationToken);
    }

    /// <summary>
    /// Claims it with a result. The caller must then call <see cref="CompletionSource.Resume"/>, or <see cref="Execute"/> from
    /// a work item.
    /// </summary>
    public bool TrySucceed(uint generation, T result)
    {
        if (!TryClaim(generation))
        {
            return false;
        }

        _result = result;
        return true;
    }

    public override void Execute()
    {
        pool.CountCompletion();
        if (_error is { } error)
        {
            _core.SetException(error);
        }
        else
        {
            _core.SetResult(_result!);
        }
    }

    public T GetResult(short token)
    {
        // A waiter that asks too early, by mistake, gets an exception, and the object stays in use: it will still be
        // completed, which must not affect its next user.
        bool isDone = _core.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (isDone)
            {
                Recycle();
            }
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    protected override void StoreError(Exception error) => _error = error;

    private void Recycle()
    {
        _result = default;
        _error = null;
        _core.Reset();
        if (Disarm())
        {
            CompletionSourcePool<T>.Return(this);
        }
    }
}
