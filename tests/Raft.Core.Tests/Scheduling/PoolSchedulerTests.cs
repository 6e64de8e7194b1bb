namespace Raft.Core.Tests.Scheduling;

public sealed class PoolSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Schedule_OnAnyThread_RunsOnThePoolAndNotInline(bool preferLocal)
    {
        using ManualResetEventSlim allowed = new();
        using ManualResetEventSlim ran = new();
        bool onPool = false;

        PoolScheduler.Shared.Schedule(new Item(() =>
        {
            allowed.Wait();
            onPool = Thread.CurrentThread.IsThreadPoolThread;
            ran.Set();
        }), preferLocal);
        allowed.Set();

        Assert.True(ran.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.True(onPool);
    }

    [Fact]
    public void Schedule_FarBeyondTheLocalShare_RunsEverything()
    {
        const int Count = 5_000;
        using CountdownEvent ran = new(Count);
        Item item = new(() => ran.Signal());

        PoolScheduler.Shared.Schedule(new Item(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                PoolScheduler.Shared.Schedule(item, preferLocal: true);
            }
        }), preferLocal: false);

        Assert.True(ran.Wait(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void CreateBlocking_ForSeveralItems_RunsThemInOrderOnItsOwnThread()
    {
        using IBlockingScheduler scheduler = PoolScheduler.Shared.CreateBlocking("machine");
        using CountdownEvent ran = new(100);
        List<int> order = [];
        List<Thread> threads = [];
        for (int i = 0; i < 100; i++)
        {
            int number = i;
            scheduler.Schedule(new Item(() =>
            {
                order.Add(number);
                threads.Add(Thread.CurrentThread);
                ran.Signal();
            }));
        }

        Assert.True(ran.Wait(Patience, TestContext.Current.CancellationToken));

        Assert.Equal(Enumerable.Range(0, 100), order);
        Thread thread = Assert.Single(threads.Distinct());
        Assert.Equal("machine", thread.Name);
        Assert.True(thread.IsBackground);
        Assert.False(thread.IsThreadPoolThread);
    }

    [Fact]
    public void DisposeOfBlocking_WhileAnItemHangs_ReturnsAndDropsTheRest()
    {
        IBlockingScheduler scheduler = PoolScheduler.Shared.CreateBlocking("machine");
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim letGo = new();
        Thread? thread = null;
        bool restRan = false;
        scheduler.Schedule(new Item(() =>
        {
            thread = Thread.CurrentThread;
            started.Set();
            letGo.Wait();
        }));
        scheduler.Schedule(new Item(() => restRan = true));
        Assert.True(started.Wait(Patience, TestContext.Current.CancellationToken));

        scheduler.Dispose();
        scheduler.Schedule(new Item(() => restRan = true));
        letGo.Set();

        Assert.True(thread!.Join(Patience));
        Assert.False(restRan);
    }

    [Fact]
    public void DisposeOfBlocking_WhileIdle_EndsTheThread()
    {
        IBlockingScheduler scheduler = PoolScheduler.Shared.CreateBlocking("machine");
        using ManualResetEventSlim ran = new();
        Thread? thread = null;
        scheduler.Schedule(new Item(() =>
        {
            thread = Thread.CurrentThread;
            ran.Set();
        }));
        Assert.True(ran.Wait(Patience, TestContext.Current.CancellationToken));

        scheduler.Dispose();

        Assert.True(thread!.Join(Patience));
    }

    private sealed class Item(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
