namespace Raft.Testing.Tests.Clusters;

/// <summary>A state machine that may block is called on a thread of its own, and a simulation notices if it is not.</summary>
public sealed class SlowStateMachineTests
{
    private readonly SimulatedWorld _world = new();
    private int _demands;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Capture_DemandsTheOwnThreadOfAMachineThatMayBlock(bool mayBlock, int demands)
    {
        SlowStateMachine machine = new(
            new StringLog(), _world, new SeededRandom(1), static () => TimeSpan.Zero, mayBlock, () => _demands++, static _ => { },
            new MachineHold(_world));

        machine.Capture();

        Assert.Equal((mayBlock, demands), (machine.MayBlock, _demands));
    }

    [Fact]
    public void Machine_FromTheBeginOfABatchToItsEnd_IsChanging()
    {
        SlowStateMachine machine = new(
            new StringLog(), _world, new SeededRandom(1), static () => TimeSpan.FromMilliseconds(5), mayBlock: false, static () => { },
            static _ => { }, new MachineHold(_world));
        CommittedBatch batch = new();
        batch.Fill(1, new[] { SampleMessages.Entry("a") }, new PendingProposals(), new ResumeBatchPool(_world.Scheduler).Rent());

        Assert.False(machine.IsChanging);
        ValueTask applying = machine.ApplyAsync(batch, CancellationToken.None);
        Assert.True(machine.IsChanging); // a query that ran now would report it
        _world.Run(applying.AsTask());

        Assert.Equal((false, 1), (machine.IsChanging, machine.LastCommand));
    }

    [Fact]
    public void Process_IsOnItsOwnThread_OnlyWhileAnItemOfABlockingSchedulerRuns()
    {
        SimulatedProcess process = new(_world);
        List<bool> seen = [];
        using IBlockingScheduler blocking = process.CreateBlocking("apply");

        blocking.Schedule(new Item(() => seen.Add(process.IsOnOwnThread)));
        _world.RunUntilIdle();
        process.Schedule(new Item(() => seen.Add(process.IsOnOwnThread)), preferLocal: false);
        _world.RunUntilIdle();

        Assert.Equal([true, false], seen);
    }

    private sealed class Item(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
