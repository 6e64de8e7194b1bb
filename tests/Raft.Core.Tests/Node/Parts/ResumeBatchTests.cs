using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class ResumeBatchTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly LiveCount _live = new();
    private readonly ResumeBatchPool _batches;
    private readonly CompletionSourcePool<int> _sources;

    public ResumeBatchTests()
    {
        _batches = new ResumeBatchPool(_scheduler);
        _sources = new CompletionSourcePool<int>(_scheduler, _live);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Start_ResumesEveryWaiterOnce(int count)
    {
        List<int> resumed = [];
        ResumeBatch batch = _batches.Rent();
        for (int i = 0; i < count; i++)
        {
            Add(batch, i, resumed.Add);
        }

        batch.Start();
        Assert.Empty(resumed);
        _scheduler.RunUntilIdle();

        Assert.Equal(Enumerable.Range(0, count), resumed);
        Assert.Equal(0, _live.Value);
        Assert.Same(batch, _batches.Rent());
    }

    [Fact]
    public void Waiter_ThatBlocks_DoesNotDelayTheOthers()
    {
        List<int> resumed = [];
        ResumeBatch batch = _batches.Rent();
        for (int i = 0; i < 10; i++)
        {
            Add(batch, i, number =>
            {
                resumed.Add(number);
                if (number == 3)
                {
                    _scheduler.RunUntilIdle(); // blocks its thread, while others continue on other threads
                    Assert.Equal(Enumerable.Range(0, 10), resumed);
                }
            });
        }

        batch.Start();
        _scheduler.RunUntilIdle();

        Assert.Equal(10, resumed.Count);
    }

    [Fact]
    public void Waiter_ThatThrows_DoesNotAffectTheOthers()
    {
        List<int> resumed = [];
        ResumeBatch batch = _batches.Rent();
        for (int i = 0; i < 10; i++)
        {
            Add(batch, i, number =>
            {
                resumed.Add(number);
                if (number == 3)
                {
                    throw new FormatException("A continuation that throws.");
                }
            });
        }

        batch.Start();
        Assert.Throws<FormatException>(() => _scheduler.RunUntilIdle());
        _scheduler.RunUntilIdle();

        Assert.Equal(Enumerable.Range(0, 10), resumed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void StartEarly_ResumesThoseAddedSoFar_AndStartTheOthers(int count)
    {
        List<int> resumed = [];
        ResumeBatch batch = _batches.Rent();
        batch.StartEarly();
        for (int i = 0; i < 3 * count; i++)
        {
            if (i > 0 && i % count == 0)
            {
                batch.StartEarly();
                _scheduler.RunUntilIdle();
                Assert.Equal(Enumerable.Range(0, i), resumed);
            }

            Add(batch, i, resumed.Add);
        }

        batch.Start();
        _scheduler.RunUntilIdle();

        Assert.Equal(Enumerable.Range(0, 3 * count), resumed);
    }

    [Fact]
    public void StartEarly_OfAll_LeavesAnEmptyBatch()
    {
        List<int> resumed = [];
        ResumeBatch batch = _batches.Rent();
        Add(batch, 1, resumed.Add);

        batch.StartEarly();
        batch.Start();
        _scheduler.RunUntilIdle();

        Assert.Equal([1], resumed);
        Add(batch, 2, resumed.Add); // it is in use again
        batch.Start();
        _scheduler.RunUntilIdle();
        Assert.Equal([1, 2], resumed);
    }

    /// <summary>The thread that adds does not wait for the one that resumes early, and none is lost or resumed twice.</summary>
    [Fact]
    public async Task StartEarly_WhileAnotherThreadAdds_ResumesEachOnce()
    {
        const int Count = 10_000;
        ResumeBatchPool batches = new(PoolScheduler.Shared);
        CompletionSourcePool<int> sources = new(PoolScheduler.Shared, _live);
        ResumeBatch batch = batches.Rent();
        Task<int>[] waiting = new Task<int>[Count];
        Task adding = Task.Run(
            () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    CompletionSource<int> source = sources.Rent(CancellationToken.None);
                    waiting[i] = source.Task.AsTask();
                    Assert.True(source.TrySucceed(source.Generation, i));
                    batch.Add(source);
                }
            },
            TestContext.Current.CancellationToken);
        while (!adding.IsCompleted)
        {
            batch.StartEarly();
        }

        await adding;
        batch.Start();

        Assert.Equal(Enumerable.Range(0, Count), await Task.WhenAll(waiting));
        Assert.Equal(0, _live.Value);
    }

    private void Add(ResumeBatch batch, int number, Action<int> resumed)
    {
        CompletionSource<int> source = _sources.Rent(CancellationToken.None);
        System.Runtime.CompilerServices.ValueTaskAwaiter<int> awaiter = source.Task.GetAwaiter();
        awaiter.UnsafeOnCompleted(() => resumed(awaiter.GetResult()));
        Assert.True(source.TrySucceed(source.Generation, number));
        batch.Add(source);
    }
}
