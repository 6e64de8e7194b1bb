using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Section 5.2: a leader that has nothing to send says that it is alive; one that has does not need to.</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan NoticeDelay = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void Leader_NothingToSend_SendsOneHeartbeatPerInterval()
    {
        ModuleCluster cluster = Elected();

        cluster.Clock.Advance(Interval - TimeSpan.FromTicks(1));
        cluster["n1"].AdvanceTime();
        Assert.Empty(cluster.InFlight);

        cluster.Clock.Advance(TimeSpan.FromTicks(1));
        cluster["n1"].AdvanceTime();
        AppendEntriesMessage[] heartbeats = cluster.Take<AppendEntriesMessage>();
        Assert.Equal(2, heartbeats.Length);
        Assert.All(heartbeats, heartbeat => Assert.Equal(
            (0, 1L, 1L, 1L), (heartbeat.Entries.Length, heartbeat.PrevLogIndex, heartbeat.PrevLogTerm, heartbeat.LeaderCommit)));

        cluster["n1"].AdvanceTime();
        Assert.Empty(cluster.InFlight);
    }

    [Fact]
    public void Leader_JustSentEntries_PostponesTheHeartbeat()
    {
        ModuleCluster cluster = Elected();
        cluster.Clock.Advance(Interval / 2);
        cluster.Propose("n1");

        cluster.Clock.Advance(Interval / 2);
        cluster["n1"].AdvanceTime();
        Assert.Empty(cluster.InFlight);

        cluster.Clock.Advance(Interval / 2);
        cluster["n1"].AdvanceTime();
        Assert.Equal(2, cluster.InFlight.Count);
    }

    [Fact]
    public void Leader_SteadyTraffic_SendsNoHeartbeats()
    {
        ModuleCluster cluster = Elected();
        int before = cluster.Delivered.Count;
        for (int i = 0; i < 20; i++)
        {
            cluster.Clock.Advance(Interval / 2);
            cluster["n1"].AdvanceTime();
            cluster["n1"].Propose(new byte[] { 1 });
            cluster.DeliverAll();
        }

        // Per proposal: the entry and the commit index that follows from it, to each of two followers.
        int appends = cluster.Delivered.Skip(before).OfType<AppendEntriesMessage>().Count();
        Assert.InRange(appends, 40, 80);
        Assert.Equal(40, cluster.Delivered.Skip(before).OfType<AppendEntriesMessage>().Count(append => append.Entries.Length == 1));
    }

    /// <summary>A follower need not wait for the next heartbeat to learn that an entry has committed.</summary>
    [Fact]
    public void Leader_CommitAdvances_NotifiesTheFollowersAtOnce()
    {
        ModuleCluster cluster = Elected();

        cluster.Propose("n1");

        Assert.All(cluster.Nodes, node => Assert.Equal(2, node.Module.CommitIndex));
    }

    /// <summary>While proposals keep coming, their entries carry the commit index, and nothing else needs to.</summary>
    [Fact]
    public void Leader_CommitNoticeDelayed_LetsTheNextEntriesCarryTheCommitIndex()
    {
        ModuleCluster cluster = Elected(Settings.Default with { CommitNoticeDelay = NoticeDelay });
        int before = cluster.Delivered.Count;
        for (int i = 0; i < 10; i++)
        {
            cluster.Propose("n1");
        }

        Assert.Equal(20, cluster.Delivered.Skip(before).OfType<AppendEntriesMessage>().Count());
        Assert.Equal(11, cluster["n1"].Module.CommitIndex);
        Assert.Equal(10, cluster["n2"].Module.CommitIndex);
    }

    [Fact]
    public void Leader_CommitNoticeDelayed_NotifiesTheFollowersAfterTheDelay()
    {
        ModuleCluster cluster = Elected(Settings.Default with { CommitNoticeDelay = NoticeDelay });
        cluster.Propose("n1");
        Assert.Equal(cluster.Clock.Now + NoticeDelay, cluster["n1"].Module.NextDeadline);

        cluster.Clock.Advance(NoticeDelay);
        cluster["n1"].AdvanceTime();
        cluster.DeliverAll();

        Assert.All(cluster.Nodes, node => Assert.Equal(2, node.Module.CommitIndex));
    }

    [Fact]
    public void Leader_HeartbeatsAligned_SendsThemAtMultiplesAndNoneLate()
    {
        TimeSpan alignment = Interval / 8;
        ModuleCluster cluster = Elected(Settings.Default with { HeartbeatAlignment = alignment });
        cluster.Clock.Advance(TimeSpan.FromMilliseconds(7));
        cluster.Propose("n1");

        TimeSpan before = cluster.Clock.Now;
        for (int i = 0; i < 20; i++)
        {
            TimeSpan due = cluster["n1"].Module.NextDeadline!.Value;
            Assert.Equal(0, due.Ticks % alignment.Ticks);
            Assert.InRange(due - before, Interval - alignment, Interval);
            cluster.Clock.Advance(due - cluster.Clock.Now);
            cluster["n1"].AdvanceTime();
            Assert.Equal(2, cluster.InFlight.Count);
            cluster.DeliverAll();
            before = due;
        }
    }

    /// <summary>The check of the quorum is put off by the answers: no host has to wake up for it between two heartbeats.</summary>
    [Fact]
    public void Leader_AnswersOfItsQuorum_HasNothingToDoBetweenHeartbeats()
    {
        ModuleCluster cluster = Elected();
        for (int i = 0; i < 50; i++)
        {
            cluster.Clock.Advance(cluster["n1"].Module.NextDeadline!.Value - cluster.Clock.Now);
            cluster["n1"].AdvanceTime();
            Assert.Equal(2, cluster.InFlight.Count);
            cluster.Clock.Advance(TimeSpan.FromMilliseconds(3)); // the answers come a little later
            cluster.DeliverAll();
        }
    }

    [Fact]
    public void Leader_CommitMessageLost_TheHeartbeatCarriesIt()
    {
        ModuleCluster cluster = Elected();
        cluster.Drop = message => message is AppendEntriesMessage { LeaderCommit: 2 };
        cluster.Propose("n1");
        Assert.Equal((2, 1), (cluster["n1"].Module.CommitIndex, cluster["n2"].Module.CommitIndex));
        cluster.Heal();

        cluster.Heartbeat("n1");

        Assert.All(cluster.Nodes, node => Assert.Equal(2, node.Module.CommitIndex));
    }

    [Fact]
    public void Leader_SeveralProposalsInABatch_SendsOneMessagePerFollowerAndOneWrite()
    {
        ModuleCluster cluster = Elected();
        TestNode leader = cluster["n1"];
        int writes = leader.Disk.WriteCount;
        for (int i = 0; i < 5; i++)
        {
            leader.Module.Propose(new byte[] { 1 }, default, out _);
        }

        leader.AdvanceTime();

        Assert.Equal([5, 5], cluster.Take<AppendEntriesMessage>().Select(append => append.Entries.Length));
        Assert.Equal(writes + 1, leader.Disk.WriteCount);
    }

    [Fact]
    public void Follower_SilentForLong_StillGetsHeartbeats()
    {
        ModuleCluster cluster = Elected();
        cluster.Drop = message => message.To == "n3";
        cluster["n1"].Propose(new byte[] { 1 });
        cluster.DeliverAll();
        cluster.Drop = _ => false;

        cluster.Clock.Advance(Interval);
        cluster["n1"].AdvanceTime();

        Assert.Single(cluster.InFlight, message => message.To == "n3");
    }

    private static ModuleCluster Elected(Settings? settings = null)
    {
        ModuleCluster cluster = new(3, settings);
        cluster.Elect("n1");
        cluster.Heartbeat("n1");
        Assert.All(cluster.Nodes, node => Assert.Equal(1, node.Module.CommitIndex));
        return cluster;
    }
}
