using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>
/// A snapshot on its way through losses, cuts, crashes and changes of the leader (section 7). One chunk is in flight at a time, so that
/// the scenarios stay small; <see cref="WindowTests"/> has several.
/// </summary>
public sealed class TransferTests
{
    private static readonly Settings SmallChunks = Settings.Plain with { MaximumChunkBytes = 4, MaximumInFlightMessages = 1 };
    private static readonly TestSnapshot Snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    private static readonly TestSnapshot OtherBytes = new(10, 4, [.. Snapshot.Content.Reverse()]);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void Cluster_ChunkLostOnce_IsSentAgain(int offset)
    {
        ModuleCluster cluster = Cluster();
        bool lost = false;
        cluster.Drop = message => !lost && (lost = message is InstallSnapshotMessage chunk && chunk.Offset == offset);

        cluster.Elect("n1");
        cluster.Pass(TimeSpan.FromSeconds(0.9));

        Assert.True(lost);
        AssertInstalled(cluster, "n3");
        Assert.Equal([0, 4, 8, 12], Offsets(cluster, "n3"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cluster_AnswerLostOnce_ContinuesWithTheNextChunk(int answer)
    {
        ModuleCluster cluster = Cluster();
        int answers = 0;
        cluster.Drop = message => message is InstallSnapshotReplyMessage && answers++ == answer;

        cluster.Elect("n1");
        cluster.Pass(TimeSpan.FromSeconds(0.9));

        AssertInstalled(cluster, "n3");
        Assert.Equal([0, 4, 8, 12], Offsets(cluster, "n3").Distinct());
        Assert.Equal(5, Offsets(cluster, "n3").Length);
    }

    [Fact]
    public void Cluster_FollowerIsolatedBetweenChunks_ContinuesWhereItWas()
    {
        ModuleCluster cluster = Cluster();
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        cluster.Pass(TimeSpan.FromSeconds(0.9));
        Assert.Equal([0, 4], Offsets(cluster, "n3"));

        cluster.Heal();
        cluster.Pass(TimeSpan.FromSeconds(3));

        AssertInstalled(cluster, "n3");
        Assert.Equal(1, Offsets(cluster, "n3").Count(offset => offset == 0));
    }

    [Fact]
    public void Cluster_NextLeaderHasTheSameSnapshot_ContinuesWhereItWas()
    {
        ModuleCluster cluster = Cluster();
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        cluster.Heal();
        cluster.Isolate("n1");

        cluster.Elect("n2");

        AssertInstalled(cluster, "n3", leader: "n2");
        Assert.Equal(["n1 0", "n1 4", "n2 0", "n2 8", "n2 12"], cluster.ChunksTo("n3").Select(chunk => $"{chunk.From} {chunk.Offset}"));
    }

    [Fact]
    public void Cluster_NextLeaderHasASnapshotWithOtherBytes_StartsOver()
    {
        ModuleCluster cluster = Cluster(secondSnapshot: OtherBytes);
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        cluster.Heal();
        cluster.Isolate("n1");

        cluster.Elect("n2");

        AssertInstalled(cluster, "n3", leader: "n2");
        Assert.Equal(OtherBytes.Content, Assert.Single(cluster["n3"].Restored).Content);
        Assert.Equal(
            ["n1 0", "n1 4", "n2 0", "n2 4", "n2 8", "n2 12"], cluster.ChunksTo("n3").Select(chunk => $"{chunk.From} {chunk.Offset}"));
    }

    /// <summary>
    /// The chunk of the first leader is still being stored when the second one comes: its answer goes to the first, and the second
    /// tries again.
    /// </summary>
    [Fact]
    public void Cluster_LeaderChangesWhileAChunkIsStored_ContinuesWhereItWas()
    {
        ModuleCluster cluster = Cluster();
        cluster["n3"].StoresChunks = false;
        cluster.Elect("n1");
        cluster.Isolate("n1");
        cluster.Elect("n2");
        cluster["n3"].StoresChunks = true;
        cluster["n3"].StoreChunk();

        cluster.Pass(TimeSpan.FromSeconds(0.9));

        AssertInstalled(cluster, "n3", leader: "n2");
    }

    [Fact]
    public void Cluster_FollowerRestartsBetweenChunks_GetsTheSnapshotFromTheStart()
    {
        ModuleCluster cluster = Cluster();
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        cluster["n3"].CrashAndRestart();
        cluster.Heal();

        cluster.Pass(TimeSpan.FromSeconds(3));

        AssertInstalled(cluster, "n3");
    }

    [Fact]
    public void Cluster_LeaderRestartsBetweenChunks_ContinuesWhereItWas()
    {
        ModuleCluster cluster = Cluster();
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        cluster["n1"].CrashAndRestart();
        cluster.Heal();

        cluster.Elect("n1");

        AssertInstalled(cluster, "n3");
        Assert.Equal([0, 4, 0, 8, 12], Offsets(cluster, "n3"));
    }

    [Fact]
    public void Cluster_SeveralFollowersNeedASnapshot_AllGetIt()
    {
        ModuleCluster cluster = Cluster(nodes: 5);

        cluster.Elect("n1");

        Assert.All(new NodeId[] { "n3", "n4", "n5" }, follower => AssertInstalled(cluster, follower));
        Assert.All(new NodeId[] { "n3", "n4", "n5" }, follower => Assert.Equal([0, 4, 8, 12], Offsets(cluster, follower)));
        Assert.Empty(cluster.ChunksTo("n2"));
    }

    /// <summary>However long it takes to store a chunk, the follower knows its leader, and the others commit.</summary>
    [Fact]
    public void Cluster_FollowerStoresSlowly_KeepsItsLeaderAndCommitsMeanwhile()
    {
        ModuleCluster cluster = Cluster(settings: Settings.Default with { MaximumChunkBytes = 4 });
        cluster["n3"].StoresChunks = false;
        cluster.Elect("n1");
        long term = cluster["n1"].Module.Term;
        for (int i = 0; i < 20; i++)
        {
            cluster.Pass(TimeSpan.FromSeconds(1));
            cluster.Propose("n1");
            if (i % 5 == 4)
            {
                cluster["n3"].StoreChunk();
                cluster.DeliverAll();
            }
        }

        Assert.All(cluster.Nodes, node => Assert.Equal((term, new NodeId("n1")), (node.Module.Term, node.Module.Leader!.Value)));
        Assert.Equal(cluster["n1"].Module.LastIndex, cluster["n1"].Module.CommitIndex);
        cluster.Pass(TimeSpan.FromSeconds(1));
        AssertInstalled(cluster, "n3");
    }

    /// <summary>It cannot store anything: the leader does not tire it, nor itself.</summary>
    [Fact]
    public void Cluster_FollowerRefusesEveryChunk_IsRetriedOccasionally()
    {
        ModuleCluster cluster = Cluster();
        cluster["n3"].StoresChunks = false;
        cluster.Elect("n1");
        for (int i = 0; i < 600; i++)
        {
            cluster.Pass(TimeSpan.FromMilliseconds(100));
            if (cluster["n3"].ReceivedChunks.Count > 0)
            {
                cluster["n3"].RefuseChunk();
                cluster.DeliverAll();
            }
        }

        Assert.InRange(cluster.ChunksTo("n3").Length, 7, 9);
        cluster["n3"].StoresChunks = true;
        cluster.Pass(TimeSpan.FromMinutes(2));
        AssertInstalled(cluster, "n3");
    }

    /// <summary>The host may compact while it sends; in the end the follower has a snapshot after which the log continues.</summary>
    [Fact]
    public void Cluster_LeaderCompactsRepeatedlyMeanwhile_FollowerCatchesUpAtTheEnd()
    {
        ModuleCluster cluster = Cluster();
        CutAfter(cluster, chunks: 2);
        cluster.Elect("n1");
        for (int i = 0; i < 5; i++)
        {
            cluster.Propose("n1");
            cluster["n1"].Compact();
            cluster["n1"].Snapshots.DeleteAllButTheLatest();
        }

        cluster.Heal();
        cluster.Pass(TimeSpan.FromSeconds(6));

        AssertInstalled(cluster, "n3");
        Assert.Equal(16, Assert.Single(cluster["n3"].Restored).Index);
    }

    /// <summary>n1 and n2 have a snapshot and a log that starts after it; the others have nothing.</summary>
    private static ModuleCluster Cluster(int nodes = 3, TestSnapshot? secondSnapshot = null, Settings? settings = null)
    {
        ModuleCluster cluster = new(nodes, settings ?? SmallChunks);
        cluster.Preset("n1", 5, Snapshot);
        cluster.Preset("n2", 5, secondSnapshot ?? Snapshot);
        return cluster;
    }

    /// <summary>n3 is cut off once it has received so many chunks, before its answer to the last of them leaves.</summary>
    private static void CutAfter(ModuleCluster cluster, int chunks) =>
        cluster.Drop = message => (message.To == "n3" || message.From == "n3") && cluster.ChunksTo("n3").Length >= chunks;

    private static int[] Offsets(ModuleCluster cluster, NodeId follower) =>
        [.. cluster.ChunksTo(follower).Select(chunk => (int)chunk.Offset)];

    private static void AssertInstalled(ModuleCluster cluster, NodeId follower, string leader = "n1")
    {
        ConsensusModule expected = cluster[leader].Module;
        ConsensusModule module = cluster[follower].Module;
        Assert.Equal(RaftRole.Leader, expected.Role);
        Assert.Single(cluster[follower].Restored);
        Assert.Equal(
            (expected.LastIndex, expected.LastTerm, expected.CommitIndex), (module.LastIndex, module.LastTerm, module.CommitIndex));
        Assert.Equal(expected.LastIndex, expected.CommitIndex);
    }
}
