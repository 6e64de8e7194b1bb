using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>
/// Section 7: a follower that needs what its leader's log no longer holds is sent a snapshot, once, and entries from there on.
/// </summary>
public sealed class SlowFollowerTests
{
    private static readonly Settings SmallChunks = Settings.Plain with { MaximumChunkBytes = 4 };
    private static readonly long[] FigureSevenLeader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Follower_LaggingBeforeTheStartOfTheLog_NeedsOneRejectionAndOneSnapshot(int tail)
    {
        ModuleCluster cluster = Lagging(tail);

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Equal(1, cluster.RejectionsOf("n3"));
        AssertOneSnapshot(cluster, "n3");
        AssertAgree(cluster);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Follower_AfterTheSnapshot_IsStreamedToAgain(int tail)
    {
        ModuleCluster cluster = Lagging(tail);
        cluster.Heal();
        cluster.Heartbeat("n1");

        cluster["n1"].Propose(new byte[1]);
        cluster["n1"].Propose(new byte[1]);

        Assert.Equal(2, cluster.InFlight.OfType<AppendEntriesMessage>().Count(append => append.To == "n3")); // neither waits for an answer
        cluster.DeliverAll();
        cluster.Heartbeat("n1");
        Assert.Equal(1, cluster.RejectionsOf("n3"));
        AssertOneSnapshot(cluster, "n3");
        AssertAgree(cluster);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Follower_Empty_NeedsOneRejectionAndOneSnapshot(int tail)
    {
        ModuleCluster cluster = Lagging(tail);
        cluster["n3"].Disk.Wipe();
        cluster["n3"].Restart();

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Equal(1, cluster.RejectionsOf("n3"));
        AssertOneSnapshot(cluster, "n3");
        AssertAgree(cluster);
    }

    /// <summary>It has entries of a leader that reached no other node, more of them than the current leader has.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Follower_LongLogThatConflicts_NeedsOneRejectionAndOneSnapshot(int tail)
    {
        ModuleCluster cluster = Lagging(tail, leaderTerm: 3);
        cluster.Preset("n3", 2, [1, 1, .. Enumerable.Repeat(2L, 30)]);

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Equal(1, cluster.RejectionsOf("n3"));
        AssertOneSnapshot(cluster, "n3");
        AssertAgree(cluster);
    }

    /// <summary>The start of the log is known by its term, too: who holds it needs no snapshot.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Follower_EndsWhereTheLogStarts_NeedsNoSnapshot(int tail)
    {
        ModuleCluster cluster = Lagging(tail);
        TestNode leader = cluster["n1"];
        cluster.Preset("n3", leader.Module.Term, [.. Enumerable.Repeat(1L, (int)leader.Module.FirstIndex - 1)]);

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Empty(cluster.ChunksTo("n3"));
        AssertAgree(cluster);
    }

    [Fact]
    public void Follower_OneEntryShortOfTheStart_NeedsASnapshot()
    {
        ModuleCluster cluster = Lagging(tail: 3);
        TestNode leader = cluster["n1"];
        cluster.Preset("n3", leader.Module.Term, [.. Enumerable.Repeat(1L, (int)leader.Module.FirstIndex - 2)]);

        cluster.Heal();
        cluster.Heartbeat("n1");

        AssertOneSnapshot(cluster, "n3");
        AssertAgree(cluster);
    }

    /// <summary>
    /// Figure 7, with a leader whose log starts after an entry that a majority holds: anyone who lacks that entry gets a snapshot, the
    /// others none.
    /// </summary>
    [Theory]
    [InlineData(3, "")]
    [InlineData(4, "n7")]
    [InlineData(5, "n3 n7")]
    [InlineData(7, "n3 n6 n7")]
    [InlineData(8, "n3 n6 n7")]
    public void Leader_OfFigureSevenCompacted_SendsSnapshotsToThoseThatLackItsStart(int start, string receivers)
    {
        ModuleCluster cluster = FigureSeven(start);

        cluster.Elect("n1");

        string[] restored = [.. cluster.Nodes.Where(node => node.Restored.Count == 1).Select(node => node.Id.Value)];
        Assert.Equal(receivers, string.Join(' ', restored));
        Assert.All(cluster.Nodes, node => Assert.InRange(cluster.RejectionsOf(node.Id), 0, 1));
        Assert.All(
            cluster.Nodes, node => Assert.Equal((11, 8, 11), (node.Module.LastIndex, node.Module.LastTerm, node.Module.CommitIndex)));
        Assert.All(cluster.Nodes, node => Assert.Equal([.. FigureSevenLeader[start..], 8], node.Log[^(11 - start)..]));
    }

    /// <summary>A leader n1 whose log starts where it was when n3 had been away for some entries, and then has a tail.</summary>
    private static ModuleCluster Lagging(int tail, long leaderTerm = 1)
    {
        ModuleCluster cluster = new(3, SmallChunks with { InitialTerm = leaderTerm - 1 });
        cluster.Elect("n1");
        cluster.Propose("n1");
        cluster.Isolate("n3");
        Propose(cluster, 6);
        cluster["n1"].Compact();
        Propose(cluster, tail);
        Assert.Equal((9, 8 + tail), (cluster["n1"].Module.FirstIndex, cluster["n1"].Module.CommitIndex));
        return cluster;
    }

    private static void Propose(ModuleCluster cluster, int times)
    {
        for (int i = 0; i < times; i++)
        {
            cluster.Propose("n1");
        }
    }

    private static ModuleCluster FigureSeven(int start)
    {
        ModuleCluster cluster = new(7, SmallChunks);
        cluster.Preset("n1", 7, new TestSnapshot(start, FigureSevenLeader[start - 1], new byte[10]), FigureSevenLeader[start..]);
        cluster.Preset("n2", 7, FigureSevenLeader[..9]);
        cluster.Preset("n3", 7, FigureSevenLeader[..4]);
        cluster.Preset("n4", 7, [.. FigureSevenLeader, 6]);
        cluster.Preset("n5", 7, 1, 1, 1, 4, 4, 5, 5, 6, 7, 7, 7, 7);
        cluster.Preset("n6", 7, 1, 1, 1, 4, 4, 4, 4);
        cluster.Preset("n7", 7, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3);
        return cluster;
    }

    private static void AssertOneSnapshot(ModuleCluster cluster, NodeId follower)
    {
        Assert.Single(cluster[follower].Restored);
        Assert.Equal([0, 4, 8], cluster.ChunksTo(follower).Select(chunk => (int)chunk.Offset));
    }

    private static void AssertAgree(ModuleCluster cluster)
    {
        ConsensusModule leader = cluster["n1"].Module;
        ConsensusModule follower = cluster["n3"].Module;
        Assert.Equal((leader.LastIndex, leader.LastTerm), (follower.LastIndex, follower.LastTerm));
        Assert.Equal((leader.LastIndex, leader.LastIndex), (leader.CommitIndex, follower.CommitIndex));
        Assert.Equal(follower.LastIndex, follower.DurableIndex);
        Assert.Equal(cluster["n1"].Log, cluster["n3"].Log[^cluster["n1"].Log.Length..]);
    }
}
