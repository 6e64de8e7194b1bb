namespace Raft.Testing.Tests;

public sealed class StepSchedulerTests
{
    private static void OnAnotherThread(Action action)
    {
        Thread thread = new(() => action());
        thread.Start();
        thread.Join();
    }

    private static List<int> RunTen(StepScheduler scheduler)
    {
        List<int> order = [];
        for (int i = 0; i < 10; i++)
        {
            int number = i;
            scheduler.Schedule(new WorkItem(() => order.Add(number)), preferLocal: i % 2 == 0);
        }

        Assert.Empty(order);
        Assert.Equal(10, scheduler.RunUntilIdle());
        return order;
    }

    [Fact]
    public void RunUntilIdle_WithoutSeed_RunsInOrder()
    {
        StepScheduler scheduler = new();

        Assert.Equal(Enumerable.Range(0, 10), RunTen(scheduler));
        Assert.Equal(10, scheduler.Steps);
        Assert.Equal(0, scheduler.Waiting);
    }

    [Fact]
    public void RunUntilIdle_WithSeed_RunsInARandomOrderThatRepeats()
    {
        List<int> first = RunTen(new StepScheduler(seed: 42));

        Assert.Equal(first, RunTen(new StepScheduler(seed: 42)));
        Assert.NotEqual(first, RunTen(new StepScheduler(seed: 43)));
        Assert.Equal(Enumerable.Range(0, 10), first.Order());
    }

    [Fact]
    public void RunStep_WithNothingWaiting_SaysSo() => Assert.False(new StepScheduler().RunStep());

    [Fact]
    public void RunStep_WhenTheItemSchedulesAnother_LeavesThatForTheNextStep()
    {
        StepScheduler scheduler = new();
        bool ran = false;
        scheduler.Schedule(new WorkItem(() => scheduler.Schedule(new WorkItem(() => ran = true), preferLocal: true)), preferLocal: false);

        Assert.True(scheduler.RunStep());
        Assert.False(ran);
        Assert.True(scheduler.RunStep());
        Assert.True(ran);
    }

    [Fact]
    public void Schedule_FromAnotherThreadDuringAStep_IsReportedByTheNextRunWithItsStack()
    {
        StepScheduler scheduler = new();
        scheduler.Schedule(
            new WorkItem(() => OnAnotherThread(() => scheduler.Schedule(new WorkItem(() => { }), preferLocal: true))), preferLocal: false);

        SimulationException escape = Assert.Throws<SimulationException>(() => scheduler.RunStep());

        Assert.True(scheduler.HasEscapes);
        Assert.StartsWith("ESCAPED", escape.Message, StringComparison.Ordinal);
        Assert.Contains(
            nameof(Schedule_FromAnotherThreadDuringAStep_IsReportedByTheNextRunWithItsStack), escape.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunUntilIdle_WithItemsThatNeverEnd_GivesUp()
    {
        StepScheduler scheduler = new();
        WorkItem? again = null;
        again = new WorkItem(() => scheduler.Schedule(again!, preferLocal: false));
        scheduler.Schedule(again, preferLocal: false);

        SimulationException livelock = Assert.Throws<SimulationException>(() => scheduler.RunUntilIdle(stepLimit: 1_000));

        Assert.StartsWith("LIVELOCK", livelock.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateBlocking_EvenWithASeed_KeepsTheOrderOfItsItems()
    {
        StepScheduler scheduler = new(seed: 42);
        IBlockingScheduler blocking = scheduler.CreateBlocking("machine");
        List<int> order = [];
        for (int i = 0; i < 20; i++)
        {
            int number = i;
            blocking.Schedule(new WorkItem(() => order.Add(number)));
            scheduler.Schedule(new WorkItem(() => { }), preferLocal: false);
        }

        scheduler.RunUntilIdle();

        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public void CreateBlocking_AfterDispose_DropsWhatWaits()
    {
        StepScheduler scheduler = new();
        IBlockingScheduler blocking = scheduler.CreateBlocking("machine");
        bool ran = false;
        blocking.Schedule(new WorkItem(() => ran = true));

        blocking.Dispose();
        blocking.Schedule(new WorkItem(() => ran = true));
        scheduler.RunUntilIdle();

        Assert.False(ran);
    }
}
