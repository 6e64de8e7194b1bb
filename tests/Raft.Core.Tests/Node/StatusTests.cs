using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class StatusTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Status_AtEveryStep_IsConsistent(ulong seed)
    {
        SimulatedCluster cluster = new(3, seed);
        cluster.Start();
        for (int round = 0; round < 4; round++)
        {
            NodeId leader = cluster.WaitForLeader();
            for (int i = 0; i < 20; i++)
            {
                cluster.Submit($"{round}.{i}", leader);
            }

            for (int i = 0; i < 400; i++)
            {
                cluster.World.Step();
                Assert.All(cluster.Nodes, node => AssertConsistent(node.Status));
            }

            cluster.Restart(leader);
            Assert.All(cluster.Nodes, node => AssertConsistent(node.Status));
        }
    }

    [Fact]
    public void Status_OfARecoveringNodeWithADurableStateMachine_IsConsistentAtEveryStep()
    {
        Lab lab = new();
        Durable machine = new();
        LabNode first = lab.Node(machine: machine).Lead();
        first.Commit("a");
        first.Commit("b");
        first.Stop();
        LabNode second = lab.Node(machine: machine, store: first.Store);

        second.Run();
        AssertConsistent(second.Status);
        lab.World.RunUntil(() =>
        {
            AssertConsistent(second.Status);
            return second.Status.Role == RaftRole.Leader;
        });

        Assert.True(second.Status.AppliedIndex >= 3);
    }

    [Fact]
    public void Explanation_SaysWhatTheSituationIs()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();
        cluster.World.RunFor(TimeSpan.FromSeconds(1));
        long term = cluster["n1"].Status.Term;

        Assert.Equal($"leads term {term}: 3 of 3 voters reachable, 2 needed", cluster["n1"].Status.Explanation);
        Assert.Equal($"follows n1 in term {term}", cluster["n2"].Status.Explanation);

        cluster.Crash("n2");
        cluster.Crash("n3");
        cluster.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal("no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3", cluster["n1"].Status.Explanation);

        cluster.Stop("n1");
        Assert.Equal("stopped: call RunAsync to run again", cluster["n1"].Status.Explanation);
    }

    [Fact]
    public void Status_NamesTheVoteAndTheMembers()
    {
        Lab lab = new();
        LabNode node = lab.Node("n2", members: 3);

        node.RequestVote(4, "n3");

        RaftStatus status = node.Status;
        Assert.Equal((new NodeId("n2"), 4L, new NodeId("n3"), null), (status.NodeId, status.Term, status.VotedFor, status.Failure));
        Assert.Equal(["n1", "n2", "n3"], status.Members.Select(member => member.Id));
    }

    private static void AssertConsistent(RaftStatus status)
    {
        Assert.True(
            status.AppliedIndex <= status.CommitIndex
                && status.CommitIndex <= status.LastIndex
                && status.FirstIndex <= status.LastIndex + 1,
            $"{status.NodeId}: applied {status.AppliedIndex}, committed {status.CommitIndex}, "
                + $"log {status.FirstIndex} to {status.LastIndex}.");
        Assert.True(
            status.Role != RaftRole.Leader || (status.Leader == status.NodeId && status.VotedFor == status.NodeId),
            $"{status.NodeId} leads, and follows {status.Leader}.");
    }
}
