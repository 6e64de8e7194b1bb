namespace Raft.Testing.Tests;

/// <summary>Followers that are brought up by a snapshot (section 7), as scripts.</summary>
public sealed class SnapshotClusterTests
{
    private static SimulatedCluster Cluster(ulong seed = 7, int trailing = 0, int chunk = 64) => new(nodes: 3, seed, options =>
    {
        options.TrailingEntries = trailing;
        options.SnapshotChunkBytes = chunk;
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void FollowerThatWasAwayWhileTheLogWasCompacted_ComesBackByOneSnapshot(int seed)
    {
        SimulatedCluster cluster = Cluster((ulong)seed);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("before");
        cluster.Crash("n3");
        ProposeMany(cluster, 40);
        cluster.TakeSnapshot("n1");
        ProposeMany(cluster, 3, "after");
        SnapshotTraffic traffic = new(cluster.Network);

        cluster.Start("n3");
        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
        Assert.True(cluster["n3"].Status.FirstIndex > 1);
        Assert.Equal(1, traffic.Snapshots);
        Assert.Equal(1, traffic.Installed);
        Assert.InRange(traffic.Rejections, 0, 1);
    }

    [Fact]
    public void Follower_ASnapshotThatEndsAtTheLastIndex_StreamsAgainAfterwards()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 20);
        cluster.TakeSnapshot("n1");
        SnapshotTraffic traffic = new(cluster.Network);
        cluster.Start("n3");
        cluster.Settle();

        ProposeMany(cluster, 5, "next");
        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
        Assert.Equal(1, traffic.Installed);
    }

    [Fact]
    public void FollowerWithinTheTail_NeedsNoSnapshot()
    {
        SimulatedCluster cluster = Cluster(trailing: 50);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 20);
        cluster.TakeSnapshot("n1");
        SnapshotTraffic traffic = new(cluster.Network);

        cluster.Start("n3");
        cluster.Settle();

        Assert.Equal(0, traffic.Snapshots);
    }

    [Fact]
    public void Install_OverALinkThatLosesHalf_Arrives()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 40);
        cluster.TakeSnapshot("n1");
        cluster.Network.Conditions.DropRate = 0.5;
        cluster.Network.Conditions.DuplicateRate = 0.5;

        cluster.Start("n3");
        cluster.World.RunFor(TimeSpan.FromSeconds(30));
        cluster.Network.Conditions.DropRate = 0;
        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
    }

    /// <summary>A later snapshot of the leader's replaces the one on its way, which is still read to its end.</summary>
    [Fact]
    public void Install_WhileTheLeaderTakesALaterSnapshot_Continues()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 100);
        cluster.TakeSnapshot("n1");
        SnapshotTraffic traffic = new(cluster.Network);
        cluster.Start("n3");
        cluster.World.RunUntil(() => traffic.Chunks > 3);

        ProposeMany(cluster, 5, "meanwhile");
        cluster.TakeSnapshot("n1");
        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
        Assert.Equal(1, traffic.Installed);
    }

    [Fact]
    public void Install_WhileTheFollowerCrashes_BeginsAgain()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 100);
        cluster.TakeSnapshot("n1");
        SnapshotTraffic traffic = new(cluster.Network);
        cluster.Start("n3");
        cluster.World.RunUntil(() => traffic.Chunks > 3);

        cluster.Restart("n3");
        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
    }

    [Fact]
    public void Install_AFollowerWhoseSnapshotStoreFails_IsTriedAgain()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 20);
        cluster.TakeSnapshot("n1");
        cluster.Start("n3");
        cluster.World.RunUntil(() => cluster["n3"].Status.Lifecycle == NodeLifecycle.Running);
        cluster["n3"].Storage.FailSnapshot(new IOException("Disk full."));

        cluster.Settle();

        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
    }

    /// <summary>A snapshot transfer does not block the leader: heartbeats and other followers continue.</summary>
    [Fact]
    public void Install_IntoAStoreThatHangs_DisturbsNobody()
    {
        SimulatedCluster cluster = Cluster();
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        ProposeMany(cluster, 20);
        cluster.TakeSnapshot("n1");
        cluster["n3"].Storage.HoldSnapshots();
        cluster.Start("n3");
        long term = cluster["n1"].Status.Term;

        for (int i = 0; i < 20; i++)
        {
            cluster.Propose($"during {i}");
            cluster.World.RunFor(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(term, cluster["n1"].Status.Term);
        cluster["n3"].Storage.ReleaseSnapshots();
        cluster.Settle();
        Assert.Equal(cluster.LogOf("n1"), cluster.LogOf("n3"));
    }

    private static void ProposeMany(SimulatedCluster cluster, int count, string name = "entry")
    {
        for (int i = 0; i < count; i++)
        {
            cluster.Propose($"{name} {i}");
        }
    }

    /// <summary>Counts what goes over the network.</summary>
    private sealed class SnapshotTraffic
    {
        private readonly HashSet<(NodeId To, long Index, UInt128 Checksum)> _sent = [];
        private readonly HashSet<(NodeId From, long Index)> _installed = [];

        public SnapshotTraffic(SimulatedNetwork network) => network.MessageSent += message =>
        {
            switch (message)
            {
                case InstallSnapshotMessage install:
                    Chunks++;
                    _sent.Add((install.To, install.LastIncludedIndex, install.Checksum));
                    break;
                case InstallSnapshotReplyMessage { IsInstalled: true } reply:
                    _installed.Add((reply.From, reply.LastIncludedIndex));
                    break;
                case AppendEntriesReplyMessage { Success: false }:
                    Rejections++;
                    break;
            }
        };

        public int Chunks { get; private set; }

        public int Snapshots => _sent.Count;

        public int Installed => _installed.Count;

        public int Rejections { get; private set; }
    }
}
