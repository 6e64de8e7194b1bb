using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class SplitBrainTests
{
    [Fact]
    public void MinorityLeader_Isolated_CannotCommitAndStepsDown()
    {
        SimulatedCluster cluster = new(5);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();
        long term = cluster["n1"].Status.Term;

        CutOffWithN2(cluster);
        SimulatedProposal lost = cluster.Submit("minority", "n1");
        cluster.World.RunUntil(() => lost.Fate != ProposalFate.Pending);

        Assert.Equal(ProposalFate.Unknown, lost.Fate);
        OutcomeUnknownException unknown = Assert.Throws<OutcomeUnknownException>(() => lost.Result);
        Assert.Equal(term, unknown.Term);
        Assert.Equal(cluster["n1"].Status.LastIndex, unknown.Index);
        Assert.NotEqual(RaftRole.Leader, cluster["n1"].Status.Role);
        Assert.DoesNotContain("minority", cluster.Agreed);
    }

    [Fact]
    public void Majority_WhileTheOldLeaderStillBelievesInItself_ElectsAndCommits()
    {
        SimulatedCluster cluster = new(5, configure: options =>
        {
            options.CheckQuorum = false; // the old leader never notices by itself
            options.LeaderStickiness = false;
        });
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();
        CutOffWithN2(cluster);
        SimulatedProposal minority = cluster.Submit("minority", "n1");

        cluster.World.RunUntil(() => cluster.Leader is { } leader && leader != "n1");
        cluster.Propose("majority");

        Assert.Equal(RaftRole.Leader, cluster["n1"].Status.Role);
        Assert.True(cluster["n1"].Status.Term < cluster[cluster.Leader!.Value].Status.Term);
        Assert.Equal(ProposalFate.Pending, minority.Fate);

        cluster.Network.Heal();
        cluster.World.RunUntil(() => minority.Fate != ProposalFate.Pending);
        cluster.Settle();

        Assert.Equal(ProposalFate.Unknown, minority.Fate);
        Assert.Equal(RaftRole.Follower, cluster["n1"].Status.Role);
        Assert.All(cluster.Nodes, node => Assert.Equal(["majority"], node.Log));
    }

    [Fact]
    public void CutOffFollower_OnItsReturn_DoesNotDisturbTheLeader()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();
        long term = cluster["n1"].Status.Term;

        cluster.Network.Isolate("n3");
        cluster.World.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(term, cluster["n3"].Status.Term); // it asks around before it raises its term
        cluster.Network.Heal();
        cluster.World.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal(new NodeId("n1"), cluster.Leader);
        Assert.Equal(term, cluster["n1"].Status.Term);
    }

    [Fact]
    public void LeaderThatSendsButDoesNotReceive_StepsDown()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();

        cluster.Network.CutOneWay("n2", "n1");
        cluster.Network.CutOneWay("n3", "n1");
        cluster.World.RunUntil(() => cluster.Leader is { } leader && leader != "n1");

        cluster.Propose("continues");
        Assert.NotEqual(RaftRole.Leader, cluster["n1"].Status.Role);
    }

    private static void CutOffWithN2(SimulatedCluster cluster)
    {
        foreach (NodeId other in new NodeId[] { "n3", "n4", "n5" })
        {
            cluster.Network.Cut("n1", other);
            cluster.Network.Cut("n2", other);
        }
    }
}
