using BenchmarkDotNet.Attributes;

namespace Raft.Benchmarks.Micro;

/// <summary>What it costs to wait for a result, and to be given it.</summary>
public class CompletionBenchmarks
{
    private const int Batch = 64;

    private readonly CompletionSourcePool<long> _pool = new(PoolScheduler.Shared, new LiveCount());

    /// <summary>Rent, complete, fetch: the waiter does not even have to wait.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task<long> CompleteInPlace()
    {
        long sum = 0;
        for (int i = 0; i < Batch; i++)
        {
            CompletionSource<long> source = _pool.Rent(CancellationToken.None);
            ValueTask<long> result = source.Task;
            source.TrySucceed(source.Generation, i);
            source.Execute();
            sum += await result;
        }

        return sum;
    }

    /// <summary>The same with the waiter resumed by the thread pool.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task<long> CompleteThroughPool()
    {
        long sum = 0;
        for (int i = 0; i < Batch; i++)
        {
            CompletionSource<long> source = _pool.Rent(CancellationToken.None);
            ValueTask<long> result = source.Task;
            source.TrySucceed(source.Generation, i);
            source.Resume();
            sum += await result;
        }

        return sum;
    }
}
