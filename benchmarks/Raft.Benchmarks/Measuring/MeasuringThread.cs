namespace Raft.Benchmarks.Measuring;

/// <summary>Work that keeps time: on the pool, which is what is measured, it would wait in line.</summary>
internal static class MeasuringThread
{
    public static Task<T> RunAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
