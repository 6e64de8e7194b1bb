using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// Old entries leave memory once they are committed and durable; a follower that needs them gets them from the log store.
/// </summary>
public sealed class LoadingTests
{
    private static readonly Settings SmallCache = Settings.Plain with { MaximumCachedEntries = 20 };

    [Fact]
    public void Leader_ManyCommittedEntries_KeepsFewInMemory()
    {
        ModuleCluster cluster = LaggingFollower();

        ConsensusModule leader = cluster["n1"].Module;
        Assert.InRange(leader.FirstCachedIndex, 2, leader.LastIndex);
        Assert.Equal(1, leader.FirstIndex);
        Assert.Equal(1, leader.TermAt(1)); // terms are known without the entries
    }

    [Fact]
    public void Cluster_LargeCommands_KeepsItsMemoryWithinTheLimit()
    {
        ModuleCluster cluster = new(3, Settings.Plain with { MaximumCachedBytes = 1 << 20 });
        cluster.Elect("n1");
        byte[] command = new byte[64 << 10];
        for (int i = 0; i < 450; i++)
        {
            cluster["n1"].Propose(command);
            cluster.DeliverAll();
        }

        Assert.All(cluster.Nodes, node => Assert.Equal(451, node.Module.CommitIndex));
        Assert.All(cluster.Nodes, node => Assert.InRange(node.Module.CachedBytes, command.Length, 1 << 20));
    }

    [Fact]
    public void Leader_NothingCommits_KeepsAllInMemory()
    {
        SingleModule n1 = SingleModule.Leader(settings: SmallCache);
        for (int i = 0; i < 300; i++)
        {
            n1.Node.Propose(new byte[1]);
        }

        Assert.Equal(1, n1.Module.FirstCachedIndex);
    }

    [Fact]
    public void Leader_FollowerNeedsEvictedEntries_LoadsThemAndContinuesFromMemory()
    {
        ModuleCluster cluster = LaggingFollower();

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Equal(cluster["n1"].Log, cluster["n3"].Log);
        Assert.Equal(cluster["n1"].Module.CommitIndex, cluster["n3"].Module.CommitIndex);
        Assert.Equal(Commands(cluster["n1"]), Commands(cluster["n3"]));
    }

    [Fact]
    public void Leader_WaitingForALoad_AsksOnceAndSendsHeartbeatsOnly()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        Assert.Equal((new NodeId("n3"), 1, 2), (load.Follower, load.Term, load.FirstIndex));

        for (int i = 0; i < 5; i++)
        {
            cluster["n1"].Propose(new byte[1]);
            cluster.Heartbeat("n1");
        }

        Assert.Single(cluster["n1"].Loads);
        Assert.Equal([1], cluster["n3"].Log);
        Assert.Equal("n1", cluster["n3"].Module.Leader);
    }

    /// <summary>The store may return fewer entries than asked for.</summary>
    [Fact]
    public void Leader_LoadReturnsFewer_SendsThemAndAsksForTheRest()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();

        cluster["n1"].EntriesLoaded(load, cluster["n1"].Disk.Read(load.FirstIndex, 3));
        cluster.DeliverAll();

        Assert.Equal(4, cluster["n3"].Module.LastIndex);
        Assert.Equal(5, cluster["n1"].Loads[1].FirstIndex);
    }

    [Fact]
    public void Leader_LoadReturnsNothing_AsksAgainOnlyAfterTheNextAnswer()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        for (int i = 1; i <= 5; i++)
        {
            cluster["n1"].EntriesLoaded(load, default);
            cluster.DeliverAll();
            Assert.Equal(i, cluster["n1"].Loads.Count);

            cluster.Heartbeat("n1");
            Assert.Equal(i + 1, cluster["n1"].Loads.Count);
            load = cluster["n1"].Loads[^1];
            Assert.Equal(2, load.FirstIndex);
        }
    }

    [Fact]
    public void Leader_LoadReturnsNothingWhileProbing_StaysWhereItWas()
    {
        SingleModule n1 = new(voters: 2, SmallCache, term: 1, log: [.. Enumerable.Repeat(1L, 200)]);
        n1.Node.AnswersLoads = false;
        n1.Lead();
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().Single();
        n1.Deliver(Make.Reject(probe, lastIndex: 50, conflictIndex: 50, conflictTerm: 1));
        EntryLoadRequest load = n1.Node.Loads.Single();
        Assert.Equal(51, load.FirstIndex);

        n1.Node.EntriesLoaded(load, default);
        AppendEntriesMessage heartbeat = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().Single();

        Assert.Equal(50, heartbeat.PrevLogIndex);
    }

    /// <summary>
    /// A follower that holds the start of a compacted log needs no snapshot, also when the entries after it cannot be loaded at the
    /// moment.
    /// </summary>
    [Fact]
    public void Leader_LoadReturnsNothingInACompactedLog_HeartbeatsFromWithinIt()
    {
        ModuleCluster cluster = new(2, SmallCache);
        LogEntry[] entries = Make.Entries([.. Enumerable.Repeat(3L, 200)]);
        cluster["n1"].Disk.Preset(new HardState(3, null), entries, previousIndex: 100, previousTerm: 2);
        cluster["n1"].Restart();
        cluster["n1"].AnswersLoads = false;
        cluster["n2"].Disk.Preset(new HardState(3, null), [], previousIndex: 100, previousTerm: 2);
        cluster["n2"].Restart();
        cluster.Elect("n1");
        EntryLoadRequest load = cluster["n1"].Loads.Single();
        Assert.Equal(101, load.FirstIndex);

        cluster["n1"].EntriesLoaded(load, default);
        cluster.Heartbeat("n1");

        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);
        Assert.Equal(
            (100, 2), cluster.Delivered.OfType<AppendEntriesMessage>().Select(append => (append.PrevLogIndex, append.PrevLogTerm)).Last());
        Assert.Equal(101, cluster["n1"].Loads[^1].FirstIndex);
        Assert.Empty(cluster["n1"].ChunkLoads);
        Assert.Empty(cluster.ChunksTo("n2"));
    }

    [Fact]
    public void Leader_LoadOfAnEarlierTerm_IsIgnored()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        ReadOnlyMemory<LogEntry> entries = cluster["n1"].Disk.Read(load.FirstIndex, 3);
        cluster.Cut("n3", "n1", "n2");
        cluster.Elect("n2");
        cluster.Elect("n1");
        Assert.Equal((RaftRole.Leader, 3), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));

        cluster.Heal();
        cluster.Heartbeat("n1");
        Assert.Equal((3, 2), (cluster["n1"].Loads[^1].Term, cluster["n1"].Loads[^1].FirstIndex));
        cluster["n1"].EntriesLoaded(load, entries);

        Assert.Empty(cluster.InFlight);
    }

    [Fact]
    public void FormerLeader_LoadArrives_IsIgnored()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        cluster.Elect("n2");

        cluster["n1"].EntriesLoaded(load, cluster["n1"].Disk.Read(load.FirstIndex, 3));

        Assert.Empty(cluster.InFlight);
        Assert.Equal(RaftRole.Follower, cluster["n1"].Module.Role);
    }

    [Fact]
    public void Leader_SameLoadTwice_SendsOnce()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        ReadOnlyMemory<LogEntry> entries = cluster["n1"].Disk.Read(load.FirstIndex, 500);
        cluster["n1"].EntriesLoaded(load, entries);
        int sent = cluster.InFlight.Count;

        cluster["n1"].EntriesLoaded(load, entries);

        Assert.Equal(sent, cluster.InFlight.Count);
    }

    [Fact]
    public void Leader_EmptyAnswerAfterTheRealOne_StreamsOn()
    {
        (ModuleCluster cluster, EntryLoadRequest load) = Asked();
        cluster["n1"].EntriesLoaded(load, cluster["n1"].Disk.Read(load.FirstIndex, 500));
        cluster.DeliverAll();
        Assert.Equal(cluster["n1"].Log, cluster["n3"].Log);

        cluster["n1"].EntriesLoaded(load, default);
        cluster["n1"].Propose(new byte[1]);

        Assert.Contains(cluster.InFlight, message => message is AppendEntriesMessage { To.Value: "n3", Entries.Length: 1 });
    }

    /// <summary>A store counts payload only, so it may return more than a message may carry with the overhead of each entry.</summary>
    [Fact]
    public void Leader_LoadedEntriesExceedAMessage_SendsAsManyAsItMayCarry()
    {
        (ModuleCluster cluster, EntryLoadRequest load) =
            Asked(SmallCache with { MaximumMessageBytes = 4 * (4 + ReplicatedLog.EntryOverhead) });

        cluster["n1"].EntriesLoaded(load, cluster["n1"].Disk.Read(load.FirstIndex, 9));
        AppendEntriesMessage sent = Assert.Single(cluster.Take<AppendEntriesMessage>(message => message.Entries.Length > 0));
        cluster.Deliver(sent);
        cluster.DeliverAll();

        Assert.Equal((load.FirstIndex - 1, 4), (sent.PrevLogIndex, sent.Entries.Length));
        Assert.Equal(sent.LastIndex + 1, cluster["n1"].Loads[1].FirstIndex);
    }

    /// <summary>A restarted node keeps few entries in memory too, and leads with the rest on its disk.</summary>
    [Fact]
    public void RestartedNode_LargeLog_LeadsAndReplicatesToAnEmptyFollower()
    {
        ModuleCluster cluster = LaggingFollower();
        cluster["n1"].CrashAndRestart();
        Assert.InRange(cluster["n1"].Module.FirstCachedIndex, 2, cluster["n1"].Module.LastIndex);
        cluster.Heal();

        cluster.Elect("n1");

        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);
        Assert.All(cluster.Nodes, node => Assert.Equal(cluster["n1"].Module.LastIndex, node.Module.CommitIndex));
        Assert.Equal(Commands(cluster["n1"]), Commands(cluster["n3"]));
    }

    /// <summary>A leader n1 of 300 committed entries of which it keeps few in memory, and a follower n3 that has the first only.</summary>
    private static ModuleCluster LaggingFollower(Settings? settings = null)
    {
        ModuleCluster cluster = new(3, settings ?? SmallCache);
        cluster.Elect("n1");
        cluster.Isolate("n3");
        for (int i = 0; i < 300; i++)
        {
            cluster["n1"].Propose(BitConverter.GetBytes(i));
            cluster.DeliverAll();
        }

        Assert.Equal(301, cluster["n1"].Module.CommitIndex);
        return cluster;
    }

    private static (ModuleCluster Cluster, EntryLoadRequest Load) Asked(Settings? settings = null)
    {
        ModuleCluster cluster = LaggingFollower(settings);
        cluster["n1"].AnswersLoads = false;
        cluster.Heal();
        cluster.Heartbeat("n1");
        return (cluster, Assert.Single(cluster["n1"].Loads));
    }

    private static int[] Commands(TestNode node) =>
        [.. node.Disk.Entries.Where(entry => entry.Kind == EntryKind.Command).Select(entry => BitConverter.ToInt32(entry.Data.Span))];
}
