using System.Collections.Concurrent;

namespace Raft;

/// <summary>The pools of what callers of reads await, one for each type of answer.</summary>
internal sealed class ReadSources(IScheduler scheduler, LiveCount live)
{
    private readonly ConcurrentDictionary<Type, object> _pools = new(); // as many as there are types of answers in the program

    public CompletionSource<T> Rent<T>(CancellationToken cancellationToken) => PoolOf<T>().Rent(cancellationToken);

    private CompletionSourcePool<T> PoolOf<T>() => _pools.TryGetValue(typeof(T), out object? pool)
        ? (CompletionSourcePool<T>)pool
        : (CompletionSourcePool<T>)_pools.GetOrAdd(typeof(T), new CompletionSourcePool<T>(scheduler, live));
}
