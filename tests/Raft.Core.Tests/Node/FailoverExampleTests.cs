using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>
/// Third example: the leader fails, another takes over in a later term, nothing acknowledged is lost, and the old one catches up.
/// </summary>
public sealed class FailoverExampleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Leader_ThatFails_IsReplacedAndCatchesUpLater(ulong seed)
    {
        SimulatedCluster cluster = new(3, seed);
        cluster.Start();
        NodeId first = cluster.WaitForLeader();
        long firstTerm = cluster[first].Status.Term;
        cluster.Propose("before");

        cluster.Crash(first);
        NodeId second = cluster.WaitForLeader();
        cluster.Propose("meanwhile");

        Assert.NotEqual(first, second);
        Assert.True(cluster[second].Status.Term > firstTerm);
        Assert.Equal(["before", "meanwhile"], cluster.LogOf(second));

        cluster.Start(first);
        cluster.Propose("after");
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(["before", "meanwhile", "after"], node.Log));
        Assert.Equal(cluster[cluster.Leader!.Value].Status.Term, cluster[first].Status.Term);
    }

    [Fact]
    public void Leader_ThatFailsWhileProposalsAreUnderWay_LosesNothingItAcknowledged()
    {
        SimulatedCluster cluster = new(3, seed: 7);
        cluster.Start();
        NodeId leader = cluster.WaitForLeader();
        SimulatedProposal[] proposals = [.. Enumerable.Range(0, 50).Select(number => cluster.Submit($"string {number}", leader))];
        cluster.World.RunUntil(() => proposals.Any(proposal => proposal.Fate == ProposalFate.Committed));

        cluster.Crash(leader);
        cluster.WaitForLeader();
        cluster.Propose("the next leader's own");
        cluster.Restart(leader);
        cluster.Settle();

        string[] acknowledged = [.. proposals.Where(proposal => proposal.Fate == ProposalFate.Committed).Select(proposal => proposal.Text)];
        Assert.NotEmpty(acknowledged);
        Assert.All(cluster.Nodes, node => Assert.Subset(node.Log.ToHashSet(), acknowledged.ToHashSet()));
    }

    [Fact]
    public void Cluster_WhoseLeadersFailOneAfterAnother_KeepsCommitting()
    {
        SimulatedCluster cluster = new(5, seed: 3);
        cluster.Start();
        List<string> expected = [];
        long term = 0;
        for (int round = 0; round < 6; round++)
        {
            NodeId leader = cluster.WaitForLeader();
            Assert.True(cluster[leader].Status.Term > term);
            term = cluster[leader].Status.Term;
            cluster.Propose($"round {round}");
            expected.Add($"round {round}");
            cluster.Crash(leader);
            cluster.WaitForLeader();
            cluster.Start(leader);
        }

        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(expected, node.Log));
    }

    [Fact]
    public void Leader_ThatStopsGracefully_IsReplacedAndReturns()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        NodeId first = cluster.WaitForLeader();
        cluster.Propose("before");

        cluster.Stop(first);
        cluster.Propose("meanwhile");
        cluster.Start(first);
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(["before", "meanwhile"], node.Log));
    }
}
