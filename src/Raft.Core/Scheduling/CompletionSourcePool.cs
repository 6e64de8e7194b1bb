namespace Raft;

/// <summary>
/// Counts the waits of a node that are not resumed yet. If it is not zero while the node is quiet, a waiter was forgotten.
/// </summary>
internal sealed class LiveCount
{
    private int _count;

    public int Value => Volatile.Read(ref _count);

    public void Increment() => Interlocked.Increment(ref _count);

    public void Decrement() => Interlocked.Decrement(ref _count);
}

/// <summary>Keeps used <see cref="CompletionSource{T}"/> objects for their next use, so that waiting allocates nothing.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
internal sealed class CompletionSourcePool<T>(IScheduler scheduler, LiveCount live)
{
    private const int MaximumKept = 16_384;

    /// <summary>
    /// The source that a thread returned last. A caller that has its answer usually asks again at once, on the same thread. Then neither
    /// returning nor renting takes the lock, which all callers of a busy node share.
    /// </summary>
    [ThreadStatic]
    private static CompletionSource<T>? _lastOfThread;

    private readonly Lock _lock = new();
    private readonly Stack<CompletionSource<T>> _free = new();

    /// <summary>Returns a source that is ready to be awaited. The token completes it as cancelled.</summary>
    public CompletionSource<T> Rent(CancellationToken cancellationToken)
    {
        CompletionSource<T>? source = _lastOfThread;
        if (source?.Pool == this)
        {
            _lastOfThread = null;
        }
        else
        {
            lock (_lock)
            {
                _free.TryPop(out source);
            }

            source ??= new CompletionSource<T>(this, scheduler);
        }

        live.Increment();
        source.Begin(cancellationToken);
        return source;
    }

    public static void Return(CompletionSource<T> source)
    {
        CompletionSource<T>? earlier = _lastOfThread;
        _lastOfThread = source;
        earlier?.Pool.Keep(earlier);
    }

    private void Keep(CompletionSource<T> source)
    {
        lock (_lock)
        {
            if (_free.Count < MaximumKept)
            {
                _free.Push(source);
            }
        }
    }

    public void CountCompletion() => live.Decrement();
}
