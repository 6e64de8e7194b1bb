namespace Raft.Testing.Tests.Clusters;

public sealed class SimulatedProcessTests
{
    [Fact]
    public void Kill_WithTimersAndWorkWaiting_LetsNothingRunAnyMore()
    {
        SimulatedWorld world = new();
        SimulatedProcess process = new(world);
        int ran = 0;
        process.CreateTimer(() => ran++).Set(TimeSpan.FromSeconds(1));
        process.Schedule(new WorkItem(() => ran++), preferLocal: true);
        IBlockingScheduler blocking = process.CreateBlocking("machine");
        blocking.Schedule(new WorkItem(() => ran++));

        process.Kill();
        process.CreateTimer(() => ran++).Set(TimeSpan.FromSeconds(1));
        process.Schedule(new WorkItem(() => ran++), preferLocal: true);
        world.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(0, ran);
        blocking.Dispose();
    }

    [Fact]
    public void Process_WhileAlive_StandsOnItsWorld()
    {
        SimulatedWorld world = new();
        SimulatedProcess process = new(world);
        List<string> ran = [];
        process.CreateTimer(() => ran.Add("timer")).Set(TimeSpan.FromSeconds(1));
        process.Schedule(new WorkItem(() => ran.Add("item")), preferLocal: true);

        world.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal(["item", "timer"], ran);
        Assert.Equal((world.Clock.Now, world.Clock.UtcNow), (process.Now, process.UtcNow));
    }
}
