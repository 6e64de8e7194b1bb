using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class ClusterSizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Cluster_OfAnySize_ElectsAndReplicates(int nodes)
    {
        SimulatedCluster cluster = new(nodes);
        cluster.Start();

        cluster.Propose("one");
        cluster.Propose("two");
        cluster.Settle();

        Assert.Equal(nodes, cluster.Nodes.Count());
        Assert.All(cluster.Nodes, node => Assert.Equal(["one", "two"], node.Log));
        Assert.Single(cluster.Nodes, node => node.Status.Role == RaftRole.Leader);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 3)]
    public void Cluster_WithoutAMinority_KeepsCommitting(int nodes, int failures)
    {
        SimulatedCluster cluster = new(nodes, seed: 4);
        cluster.Start();
        cluster.Propose("before");
        cluster.Settle();

        for (int i = 0; i < failures; i++)
        {
            cluster.Crash(cluster.Leader ?? cluster.Nodes.First(node => node.IsRunning).Id);
        }

        cluster.WaitForLeader();
        cluster.Propose("after");
        cluster.Settle();

        SimulatedNode[] running = [.. cluster.Nodes.Where(node => node.IsRunning)];
        Assert.Equal(nodes - failures, running.Length);
        Assert.All(running, node => Assert.Equal(["before", "after"], node.Log));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public void Cluster_WithoutAMajority_StopsCommittingAndRecovers(int nodes, int failures)
    {
        SimulatedCluster cluster = new(nodes, seed: 6);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("before");
        cluster.Settle();
        for (int i = 0; i < failures; i++)
        {
            cluster.Crash(cluster.NodeIds[^(i + 1)]);
        }

        SimulatedProposal proposal = cluster.Submit("without a majority", "n1");
        cluster.World.RunUntil(() => proposal.Fate != ProposalFate.Pending);
        cluster.World.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(ProposalFate.Unknown, proposal.Fate);
        Assert.Null(cluster.Leader);
        string silent = string.Join(", ", cluster.NodeIds.TakeLast(failures));
        Assert.Equal(
            $"no leader: {nodes - failures} of {nodes} voters reachable, {(nodes / 2) + 1} needed; not heard from {silent}",
            cluster["n1"].Status.Explanation);

        cluster.Start();
        cluster.Propose("recovered");
        cluster.Settle();
        Assert.All(cluster.Nodes, node => Assert.Equal(cluster.Agreed, node.Log));
    }
}
