using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>One wait is completed once, by the first caller that claims it, and its waiter runs on the scheduler.</summary>
public sealed class CompletionSourceTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly LiveCount _live = new();
    private readonly CompletionSourcePool<string> _pool;

    public CompletionSourceTests() => _pool = new CompletionSourcePool<string>(_scheduler, _live);

    [Fact]
    public void Waiter_IsResumedByTheSchedulerAndNotByTheCompletingThread()
    {
        CompletionSource<string> source = _pool.Rent(CancellationToken.None);
        Task<string> task = source.Task.AsTask();

        Assert.True(source.TrySucceed(source.Generation, "done"));
        source.Resume();
        Assert.False(task.IsCompleted);
        Assert.Equal(1, _live.Value);

        _scheduler.RunUntilIdle();
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal("done", Value(task));
        Assert.Equal(0, _live.Value);
    }

    [Fact]
    public void Claim_OfASecondCompletion_Loses()
    {
        CompletionSource<string> source = _pool.Rent(CancellationToken.None);
        Task<string> task = source.Task.AsTask();
        uint generation = source.Generation;

        Assert.True(source.IsPending(generation));
        Assert.True(source.TryFail(generation, new FormatException("first")));
        Assert.False(source.IsPending(generation));
        Assert.False(source.TrySucceed(generation, "second"));
        Assert.False(source.TryFail(generation, new FormatException("third")));
        source.Resume();
        _scheduler.RunUntilIdle();

        Assert.Equal("first", Assert.Throws<FormatException>(task.GetAwaiter().GetResult).Message);
    }

    [Fact]
    public void Claim_OfAnEarlierUse_Loses()
    {
        CompletionSource<string> first = _pool.Rent(CancellationToken.None);
        uint earlier = first.Generation;
        Finish(first);

        CompletionSource<string> second = _pool.Rent(CancellationToken.None);
        Task<string> task = second.Task.AsTask();

        Assert.Same(first, second);
        Assert.NotEqual(earlier, second.Generation);
        Assert.False(second.IsPending(earlier));
        Assert.False(second.TrySucceed(earlier, "late"));
        Assert.False(second.TryFail(earlier, new FormatException("late")));
        _scheduler.RunUntilIdle();
        Assert.False(task.IsCompleted);
    }

    [Fact]
    public void Cancellation_BeforeTheResult_Wins()
    {
        using CancellationTokenSource cancellation = new();
        CompletionSource<string> source = _pool.Rent(cancellation.Token);
        Task<string> task = source.Task.AsTask();

        cancellation.Cancel();
        Assert.False(source.TrySucceed(source.Generation, "late"));
        _scheduler.RunUntilIdle();

        Assert.True(task.IsCanceled);
        Assert.Equal(cancellation.Token, Assert.ThrowsAny<OperationCanceledException>(task.GetAwaiter().GetResult).CancellationToken);
        Assert.Equal(0, _live.Value);
    }

    [Fact]
    public void Cancellation_AfterTheClaim_Loses()
    {
        using CancellationTokenSource cancellation = new();
        CompletionSource<string> source = _pool.Rent(cancellation.Token);
        Task<string> task = source.Task.AsTask();

        Assert.True(source.TrySucceed(source.Generation, "in time"));
        cancellation.Cancel();
        source.Resume();
        _scheduler.RunUntilIdle();

        Assert.Equal("in time", Value(task));
    }

    [Fact]
    public void Cancellation_OfAnEarlierUsesToken_DoesNothing()
    {
        using CancellationTokenSource cancellation = new();
        Finish(_pool.Rent(cancellation.Token));
        CompletionSource<string> next = _pool.Rent(CancellationToken.None);
        Task<string> task = next.Task.AsTask();

        cancellation.Cancel();
        _scheduler.RunUntilIdle();

        Assert.False(task.IsCompleted);
        Assert.True(next.IsPending(next.Generation));
    }

    [Fact]
    public void Rent_WithACancelledToken_GivesACancelledWait()
    {
        CompletionSource<string> source = _pool.Rent(new CancellationToken(canceled: true));
        Task<string> task = source.Task.AsTask();
        _scheduler.RunUntilIdle();

        Assert.True(task.IsCanceled);
        Assert.Equal(0, _live.Value);
    }

    [Fact]
    public void Await_OfTheSameWaitTwice_IsRefusedAndAffectsNoOtherWait()
    {
        CompletionSource<string> source = _pool.Rent(CancellationToken.None);
        ValueTask<string> task = source.Task;
        Assert.True(source.TrySucceed(source.Generation, "once"));
        source.Resume();
        _scheduler.RunUntilIdle();
        Func<string> getResult = task.GetAwaiter().GetResult;
        Assert.Equal("once", getResult());
        CompletionSource<string> next = _pool.Rent(CancellationToken.None);

        Assert.Throws<InvalidOperationException>(getResult);

        Assert.True(next.IsPending(next.Generation));
    }

    [Fact]
    public void GetResult_BeforeTheCompletion_IsRefusedAndTheWaitContinues()
    {
        CompletionSource<string> source = _pool.Rent(CancellationToken.None);
        ValueTask<string> task = source.Task;
        Func<string> getResult = task.GetAwaiter().GetResult;

        Assert.Throws<InvalidOperationException>(getResult);

        Assert.True(source.IsPending(source.Generation));
        Assert.NotSame(source, _pool.Rent(CancellationToken.None));
        Assert.True(source.TrySucceed(source.Generation, "later"));
        source.Resume();
        _scheduler.RunUntilIdle();
        Assert.Equal("later", getResult());
    }

    [Fact]
    public void Sources_CompletedAndCancelledFromManyThreads_GiveEveryWaiterItsOwnResult()
    {
        // The race itself, on real threads: nothing waits, so the scheduler only collects.
        CompletionSourcePool<int> pool = new(new Inline(), new LiveCount());
        int[] wrong = new int[1];
        Parallel.For(0, 4, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, worker =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                using CancellationTokenSource cancellation = new();
                CompletionSource<int> source = pool.Rent(cancellation.Token);
                ValueTask<int> task = source.Task;
                uint generation = source.Generation;
                int expected = (worker * 1_000_000) + i;
                Parallel.Invoke(
                    cancellation.Cancel,
                    () =>
                    {
                        if (source.TrySucceed(generation, expected))
                        {
                            source.Resume();
                        }
                    });
                if (!task.IsCompleted || (task.IsCompletedSuccessfully && task.GetAwaiter().GetResult() != expected))
                {
                    Interlocked.Increment(ref wrong[0]);
                }
            }
        });

        Assert.Equal(0, wrong[0]);
    }

    private static string Value(Task<string> task) => task.GetAwaiter().GetResult();

    private void Finish(CompletionSource<string> source)
    {
        Task<string> task = source.Task.AsTask();
        Assert.True(source.TrySucceed(source.Generation, "done"));
        source.Resume();
        _scheduler.RunUntilIdle();
        Assert.True(task.IsCompletedSuccessfully);
    }

    private sealed class Inline : IScheduler
    {
        public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => item.Execute();

        public IBlockingScheduler CreateBlocking(string name) => throw new NotSupportedException();
    }
}
