namespace Raft.Testing.Tests;

/// <summary>Section 7: a node restored from a snapshot leads, and sends that snapshot to a node that has nothing.</summary>
public sealed class RestoredLeaderTests
{
    private readonly HashSet<(NodeId From, long Index)> _sent = [];

    [Fact]
    public void BlankNode_LeaderRestoredFromASnapshotTakenOnDemand_IsSentIt()
    {
        SimulatedCluster cluster = Cluster(static options => options.AutomaticSnapshots = false);
        SnapshotInfo? taken = cluster.TakeSnapshot("n1");

        BringUpBlankNode(cluster);

        Assert.Equal([(new NodeId("n1"), taken!.Value.LastIncludedIndex)], _sent);
    }

    [Fact]
    public void BlankNode_LeaderRestoredFromASnapshotDueByBytes_IsSentIt()
    {
        SimulatedCluster cluster = Cluster(static options => options.SnapshotAfterBytes = 1_500);
        long taken = cluster["n1"].Status.SnapshotIndex;

        BringUpBlankNode(cluster);

        Assert.Equal([(new NodeId("n1"), taken)], _sent);
    }

    /// <summary>Nodes n1 and n2 with 40 commands, of which n1 leads; n3 has never started.</summary>
    private static SimulatedCluster Cluster(Action<RaftNodeOptions> configure)
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 7, options =>
        {
            options.TrailingEntries = 0;
            options.SnapshotChunkBytes = 64;
            configure(options);
        });
        cluster.Start("n1");
        cluster.Start("n2");
        cluster.Elect("n1");
        for (int i = 0; i < 40; i++)
        {
            cluster.Propose($"command {i}");
        }

        cluster.Settle();
        return cluster;
    }

    /// <summary>Begins a second life of n1, which leads again, and the first one of n3.</summary>
    private void BringUpBlankNode(SimulatedCluster cluster)
    {
        cluster.World.RunFor(TimeSpan.FromMilliseconds(100)); // until the compaction is durable
        long snapshot = cluster["n1"].Status.SnapshotIndex;
        Assert.InRange(snapshot, 1, cluster["n1"].Status.FirstIndex - 1);
        cluster.Network.MessageSent += message =>
        {
            if (message is InstallSnapshotMessage { To.Value: "n3" } install)
            {
                _sent.Add((install.From, install.LastIncludedIndex));
            }
        };

        cluster.Restart("n1");
        cluster.Elect("n1");
        cluster.Settle();
        Assert.Equal((1, snapshot), (cluster.Restorations, cluster["n1"].Status.SnapshotIndex));
        cluster.Start("n3");
        cluster.Settle();

        Assert.Equal("n1", cluster.Leader);
        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
    }
}
