using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>A majority of any size, even ones too: one more than half decides, and half does not (section 5.2).</summary>
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
    public void Cluster_AllUp_ElectsAndCommits(int nodes)
    {
        ModuleCluster cluster = new(nodes, Settings.Default);

        cluster.Elect("n1");
        cluster.Propose("n1");

        Assert.All(cluster.Nodes, node => Assert.Equal([1, 1], node.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal(2, node.Module.CommitIndex));
        Assert.All(cluster.Nodes, node => Assert.Equal("n1", node.Module.Leader));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    [InlineData(6, 4)]
    [InlineData(7, 4)]
    public void Cluster_OnlyAMajorityUp_CommitsAndWithOneFewerDoesNot(int nodes, int majority)
    {
        NodeId[] ids = Settings.Ids(nodes);
        ModuleCluster cluster = new(nodes);
        foreach (NodeId id in ids[majority..])
        {
            cluster.Isolate(id);
        }

        cluster.Elect("n1");
        cluster.Propose("n1");
        Assert.Equal(2, cluster["n1"].Module.CommitIndex);

        cluster.Isolate(ids[majority - 1]);
        cluster.Propose("n1");
        Assert.Equal(2, cluster["n1"].Module.CommitIndex);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public void EvenCluster_SplitInHalves_NeitherElects(int nodes)
    {
        NodeId[] ids = Settings.Ids(nodes);
        ModuleCluster cluster = new(nodes, Settings.Default);
        foreach (NodeId id in ids[..(nodes / 2)])
        {
            cluster.Cut(id, ids[(nodes / 2)..]);
        }

        cluster.Pass(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(cluster.Nodes, node => node.Module.Role == RaftRole.Leader);
    }

    [Fact]
    public void ReachableVoters_SomeInRecentContact_CountsThemAndItself()
    {
        SingleModule n1 = new(voters: 5);
        Assert.Equal(1, n1.Module.ReachableMembers);

        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));
        n1.Deliver(Make.RequestVote("n3", 1, 0, 0));
        n1.Deliver(Make.RequestVote("n9", 1, 0, 0));
        Assert.Equal(3, n1.Module.ReachableMembers);

        n1.Pass(TimeSpan.FromSeconds(3.1));
        Assert.Equal(1, n1.Module.ReachableMembers);
    }
}
