using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Whole clusters over the transports that ship with the library, in simulated time.</summary>
public sealed class InProcessTransportTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cluster_ElectsAndReplicates(bool channels)
    {
        (Lab lab, _, LabNode[] nodes) = Start(channels);

        lab.WaitForLeader(nodes).Commit("hello");
        Settle(lab, nodes);

        Assert.All(nodes, node => Assert.Equal(["hello"], node.Log));
        StopAll(lab, nodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IsolatedLeader_IsReplacedAndCatchesUpOnceHealed(bool channels)
    {
        (Lab lab, InProcessNetwork network, LabNode[] nodes) = Start(channels);
        LabNode old = lab.WaitForLeader(nodes);
        old.Commit("before");
        long term = old.Status.Term;

        network.Isolate(old.Raft.Id);
        Task<Committed> lost = old.Propose("lost");
        LabNode[] others = [.. nodes.Where(node => node != old)];
        lab.World.RunUntil(() => others.Any(node => node.Status.Role == RaftRole.Leader));
        lab.WaitForLeader(others).Commit("meanwhile");
        lab.Fails<OutcomeUnknownException>(lost);
        network.Heal();
        Settle(lab, nodes);

        Assert.All(nodes, node => Assert.Equal(["before", "meanwhile"], node.Log));
        Assert.True(old.Status.Term > term);
        StopAll(lab, nodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CutLink_KeepsOneFollowerLaggingUntilItIsRestored(bool channels)
    {
        (Lab lab, InProcessNetwork network, LabNode[] nodes) = Start(channels);
        LabNode leader = lab.WaitForLeader(nodes);
        LabNode follower = nodes.First(node => node != leader);
        Settle(lab, nodes);
        network.CutOneWay(leader.Raft.Id, follower.Raft.Id);

        leader.Commit("not for all");
        lab.World.RunFor(TimeSpan.FromMilliseconds(200));
        Assert.Empty(follower.Log);

        network.RestoreOneWay(leader.Raft.Id, follower.Raft.Id);
        lab.World.RunUntil(() => follower.Log.Count == 1);
        StopAll(lab, nodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FaultyLinks_LoseNothingThatWasAcknowledged(bool channels)
    {
        Lab lab = new();
        FaultyNetwork faults = new(seed: 1, lab.World.Clock) { DropRate = 0.2, DuplicateRate = 0.1 };
        faults.SetDelay(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(40)); // reorders messages
        (_, LabNode[] nodes) = Start(lab, channels, faults.Wrap);
        List<string> acknowledged = [];
        for (int i = 0; i < 30; i++)
        {
            LabNode leader = lab.WaitForLeader(nodes);
            Task<Committed> proposal = leader.Propose($"string {i}");
            lab.World.RunUntil(() => proposal.IsCompleted);
            if (proposal.IsCompletedSuccessfully)
            {
                acknowledged.Add($"string {i}");
            }
        }

        faults.Heal();
        Settle(lab, nodes);

        Assert.True(acknowledged.Count > 10, $"Only {acknowledged.Count} of 30 were acknowledged.");
        Assert.All(nodes, node => Assert.Equal(nodes[0].Log, node.Log));
        Assert.Subset(nodes[0].Log.ToHashSet(), acknowledged.ToHashSet());
        Assert.True(faults.DroppedAtRandom > 0);
        Assert.True(faults.Duplicated > 0);
        StopAll(lab, nodes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Node_ThatStopsAndRunsAgain_RejoinsOverTheSameTransport(bool channels)
    {
        (Lab lab, _, LabNode[] nodes) = Start(channels);
        LabNode old = lab.WaitForLeader(nodes);
        old.Commit("before");

        old.Stop();
        LabNode[] others = [.. nodes.Where(node => node != old)];
        lab.World.RunUntil(() => others.Any(node => node.Status.Role == RaftRole.Leader));
        lab.WaitForLeader(others).Commit("meanwhile");
        old.Run();
        Settle(lab, nodes);

        Assert.Equal(["before", "meanwhile"], old.Log); // one state machine, through both runs
        StopAll(lab, nodes);
    }

    private static (Lab Lab, InProcessNetwork Network, LabNode[] Nodes) Start(bool channels)
    {
        Lab lab = new();
        (InProcessNetwork network, LabNode[] nodes) = Start(lab, channels, static transport => transport);
        return (lab, network, nodes);
    }

    private static (InProcessNetwork Network, LabNode[] Nodes) Start(Lab lab, bool channels, Func<ITransport, ITransport> wrap)
    {
        InProcessNetwork network = channels ? new ChannelNetwork() : new InMemoryNetwork();
        LabNode[] nodes = lab.Cluster(3, transport: () => wrap(network.CreateTransport()));
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        return (network, nodes);
    }

    private static void Settle(Lab lab, LabNode[] nodes)
    {
        LabNode leader = lab.WaitForLeader(nodes);
        lab.World.RunUntil(() => nodes.All(node => node.Status.AppliedIndex == leader.Status.LastIndex));
    }

    private static void StopAll(Lab lab, LabNode[] nodes)
    {
        foreach (LabNode node in nodes)
        {
            node.RequestStop();
        }

        lab.World.RunUntil(() => nodes.All(node => !node.IsRunning));
        Assert.All(nodes, node => Assert.True(node.Running!.IsCompletedSuccessfully));
        Assert.All(nodes, node => node.AssertNoCallerWaits());
    }
}
