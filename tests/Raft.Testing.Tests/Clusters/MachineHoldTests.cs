namespace Raft.Testing.Tests.Clusters;

/// <summary>A state machine that several faults hold at a time.</summary>
public sealed class MachineHoldTests
{
    private readonly SimulatedCluster _cluster = new(nodes: 3, seed: 3);

    [Fact]
    public void SeveralHolds_StateMachineContinuesWithTheLastRelease()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        SimulatedNode node = _cluster["n2"];
        node.HoldMachine();
        node.OccupyMachine(WorkKind.Read);
        _cluster.Propose("a");
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(500));
        node.ReleaseMachine();
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.True(node.IsMachineOccupied);
        Assert.Empty(node.Log);

        node.ReleaseMachine();
        _cluster.Settle();

        Assert.Equal(["a"], node.Log);
    }
}
