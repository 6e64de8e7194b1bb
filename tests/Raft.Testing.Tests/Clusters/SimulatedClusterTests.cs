namespace Raft.Testing.Tests.Clusters;

public sealed class SimulatedClusterTests
{
    [Fact]
    public void Propose_ThroughCutsAndCrashes_KeepsWhatWasAcknowledged()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 7);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Network.Cut("n1", "n3");
        cluster.Propose("a");
        cluster.Crash("n2");
        SimulatedProposal lost = cluster.Submit("b", "n1");
        cluster.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.NotEqual(ProposalFate.Committed, lost.Fate);

        cluster.Network.Heal();
        cluster.Restart("n2");
        cluster.Propose("c");
        cluster.Settle();

        Assert.All(cluster.NodeIds, id => Assert.Equal(cluster.Agreed, cluster.LogOf(id)));
        Assert.Equal("a", cluster.Agreed[0]);
        Assert.Contains("c", cluster.Agreed);
    }

    [Fact]
    public void Elect_OfEachNodeInTurn_MakesItTheLeader()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 1);
        cluster.Start();

        foreach (NodeId id in cluster.NodeIds)
        {
            cluster.Elect(id);
            Assert.Equal(id, cluster.WaitForLeader());
            cluster.Propose($"by {id}");
        }

        Assert.Equal(["by n1", "by n2", "by n3"], cluster.Agreed);
        Assert.True(cluster.Elections >= 3);
    }

    [Fact]
    public void Elect_OfANodeWithAnOldLog_TimesOutAndExplains()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 2);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Network.Isolate("n3");
        cluster.Propose("a");
        cluster.Network.Heal();

        using MessageRule rule = cluster.Network.Drop(message => message is AppendEntriesMessage && message.To == "n3");
        SimulationException timeout = Assert.Throws<SimulationException>(() => cluster.Elect("n3", TimeSpan.FromSeconds(5)));

        Assert.Contains("the election of n3", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("n3: ", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_ThenStart_ContinuesWithWhatItsDiskHolds()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 3);
        cluster.Start();
        cluster.Propose("a");
        cluster.Settle();

        foreach (NodeId id in cluster.NodeIds)
        {
            cluster.Stop(id);
            Assert.False(cluster[id].IsRunning);
            Assert.Equal(NodeLifecycle.Stopped, cluster[id].Status.Lifecycle);
        }

        cluster.Start();
        Assert.Empty(cluster.LogOf("n1"));
        cluster.Propose("b");
        cluster.Settle();

        Assert.All(cluster.NodeIds, id => Assert.Equal(["a", "b"], cluster.LogOf(id)));
    }

    [Fact]
    public void Crash_OfAllNodesAtOnce_LosesNothingThatWasAcknowledged()
    {
        SimulatedCluster cluster = new(nodes: 5, seed: 4);
        cluster.Start();
        for (int i = 0; i < 20; i++)
        {
            cluster.Propose($"e{i}");
        }

        foreach (NodeId id in cluster.NodeIds)
        {
            cluster.Crash(id);
        }

        cluster.Start();
        cluster.Propose("last");
        cluster.Settle();

        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"e{i}"), "last"], cluster.LogOf("n5"));
    }

    [Fact]
    public void Crash_WithAProposalUnderWay_MakesItsOutcomeUnknown()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 5);
        cluster.Start();
        NodeId leader = cluster.WaitForLeader();
        SimulatedProposal proposal = cluster.Submit("a", leader);
        Assert.Throws<InvalidOperationException>(() => proposal.Result);

        cluster.Crash(leader);

        Assert.Equal(ProposalFate.Unknown, proposal.Fate);
        Assert.Throws<OutcomeUnknownException>(() => proposal.Result);
    }

    [Fact]
    public void Submit_ToAFollower_IsRefusedWithTheLeadersName()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 6);
        cluster.Start();
        cluster.Elect("n1");
        cluster.WaitForLeader();
        cluster.Settle();

        SimulatedProposal proposal = cluster.Submit("a", "n2");
        cluster.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(ProposalFate.Refused, proposal.Fate);
        Assert.Equal("n1", Assert.Throws<NotLeaderException>(() => proposal.Result).Leader?.Id);
        cluster.CheckRefusals();
    }

    [Fact]
    public void Store_ThatFails_FailsTheRunUnlessExpected()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 8);
        cluster.Start();
        cluster.Elect("n1");
        cluster["n2"].Storage.FailWrite(new IOException("disk full"));

        SimulationException failed = Assert.Throws<SimulationException>(() => cluster.Propose("a"));
        Assert.Contains("Node n2 failed", failed.Message, StringComparison.Ordinal);

        cluster["n2"].MayFail = true;
        cluster.Propose("b");
        Assert.IsType<NodeFailedException>(cluster["n2"].Failure);
        Assert.False(cluster["n2"].IsRunning);
    }

    [Fact]
    public void Cluster_OfOneNode_LeadsAndCommitsAlone()
    {
        SimulatedCluster cluster = new(nodes: 1);
        cluster.Start();

        cluster.Propose("a");
        cluster.Restart("n1");
        cluster.Propose("b");

        Assert.Equal(["a", "b"], cluster.LogOf("n1"));
    }

    [Fact]
    public void Run_UnderBadWeather_StaysCorrectAndRepeats()
    {
        Assert.Equal(Run(), Run());

        static ulong Run()
        {
            SimulatedCluster cluster = new(nodes: 3, seed: 9);
            NetworkConditions weather = cluster.Network.Conditions;
            weather.DropRate = 0.05;
            weather.DuplicateRate = 0.05;
            weather.ReorderRate = 0.1;
            cluster.Start();
            for (int i = 0; i < 100; i++)
            {
                cluster.Submit($"e{i}", cluster.Leader ?? cluster.WaitForLeader());
                cluster.World.RunFor(TimeSpan.FromMilliseconds(20));
            }

            cluster.Settle();
            cluster.CheckRefusals();
            Assert.True(cluster.Agreed.Count > 50);
            return cluster.World.Trace.Hash;
        }
    }
}
