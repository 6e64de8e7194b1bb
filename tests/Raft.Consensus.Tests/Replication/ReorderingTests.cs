using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Section 5.1: messages may be lost, late, repeated and out of order; what a follower acknowledged stays acknowledged.</summary>
public sealed class ReorderingTests
{
    [Fact]
    public void Follower_SecondAppendFirst_RejectsItThenAcceptsTheFirst()
    {
        SingleModule n1 = new();
        AppendEntriesMessage first = Make.Append("n2", 1, 0, 0, 0, 1, 1);
        AppendEntriesMessage second = Make.Append("n2", 1, 2, 1, 0, 1);

        Assert.False(n1.Deliver(second).Success);
        AppendEntriesReplyMessage reply = n1.Deliver(first);

        Assert.Equal((true, 2), (reply.Success, reply.LastIndex));
        Assert.Equal([1, 1], n1.Node.Log);
    }

    [Fact]
    public void Leader_DelayedRejection_DoesNotLowerMatch()
    {
        ModuleCluster cluster = StreamingPair();
        AppendEntriesMessage[] appends = TwoAppends(cluster);

        cluster.Deliver(appends[1]);
        AppendEntriesReplyMessage rejection = cluster.Take<AppendEntriesReplyMessage>().Single();
        Assert.False(rejection.Success);
        cluster.Deliver(appends[0]);
        cluster.Deliver(cluster.Take<AppendEntriesReplyMessage>().Single());
        Assert.Equal(2, cluster["n1"].Module.CommitIndex);
        cluster.InFlight.Clear();

        cluster.Deliver(rejection);
        Assert.Empty(cluster.InFlight); // it is answered already

        cluster.Heartbeat("n1");
        Assert.Equal([1, 1, 1], cluster["n2"].Log);
        Assert.Equal(3, cluster["n1"].Module.CommitIndex);
    }

    /// <summary>The rejected request is far before the index acknowledged meanwhile, and its hint is earlier still.</summary>
    [Fact]
    public void Leader_DelayedRejectionWithAnOldHint_DoesNotLowerMatch()
    {
        ModuleCluster cluster = StreamingPair();
        cluster["n1"].Disk.Hold();
        for (int i = 0; i < 4; i++)
        {
            cluster["n1"].Propose(new byte[] { 1 });
        }

        AppendEntriesMessage[] appends = cluster.Take<AppendEntriesMessage>();
        cluster.Deliver(appends[3]);
        AppendEntriesReplyMessage rejection = cluster.Take<AppendEntriesReplyMessage>().Single();
        Assert.Equal((false, 1), (rejection.Success, rejection.ConflictIndex));
        cluster.Deliver(appends[0]);
        cluster.Deliver(appends[1]);
        foreach (AppendEntriesReplyMessage acknowledgement in cluster.Take<AppendEntriesReplyMessage>())
        {
            cluster.Deliver(acknowledgement);
        }

        cluster.InFlight.Clear();
        cluster.Deliver(rejection);

        Assert.All(cluster.InFlight.OfType<AppendEntriesMessage>(), append => Assert.True(append.PrevLogIndex >= 3));
        cluster.InFlight.Clear();
        cluster["n1"].Disk.Release();
        Assert.Equal(3, cluster["n1"].Module.CommitIndex); // with the follower's copy, which still counts
    }

    [Fact]
    public void Leader_RejectionBeforeTheAcknowledgement_SendsAgainAndCatchesUp()
    {
        ModuleCluster cluster = StreamingPair();
        AppendEntriesMessage[] appends = TwoAppends(cluster);

        cluster.Deliver(appends[1]);
        cluster.Deliver(appends[0]);
        cluster.DeliverAll();

        Assert.Equal([1, 1, 1], cluster["n2"].Log);
        Assert.Equal((3, 3), (cluster["n1"].Module.CommitIndex, cluster["n2"].Module.CommitIndex));
    }

    [Fact]
    public void Leader_RejectionRepeatedManyTimes_DoesNotFloodTheFollower()
    {
        ModuleCluster cluster = StreamingPair();
        AppendEntriesMessage[] appends = TwoAppends(cluster);
        cluster.Deliver(appends[1]);
        AppendEntriesReplyMessage rejection = cluster.Take<AppendEntriesReplyMessage>().Single();

        for (int i = 0; i < 10; i++)
        {
            cluster.Deliver(rejection);
        }

        Assert.Single(cluster.InFlight.OfType<AppendEntriesMessage>(), message => message.To == "n2");
    }

    [Fact]
    public void Leader_AcknowledgementsOutOfOrder_KeepsTheLargest()
    {
        SingleModule n1 = SingleModule.Leader(term: 1, log: [1, 1, 1]);
        n1.Clock.Advance(TimeSpan.FromMilliseconds(200));
        AppendEntriesMessage append = n1.Pass(TimeSpan.Zero).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Accept(append, lastIndex: 4));
        Assert.Equal(4, n1.Module.CommitIndex);
        n1.Deliver(Make.Accept(append, lastIndex: 1));

        Assert.Equal(4, n1.Module.CommitIndex);
        n1.Node.Propose(new byte[] { 1 });
        AppendEntriesMessage next = n1.TakeSent<AppendEntriesMessage>().First(message => message.To == append.To);
        Assert.Equal(4, next.PrevLogIndex);
    }

    /// <summary>A follower that fails once under load must be replicated to again.</summary>
    [Fact]
    public void Leader_ManyMessagesLost_FollowerCatchesUpAfterTheNextHeartbeat()
    {
        ModuleCluster cluster = StreamingPair();
        cluster.Drop = message => message.To == "n2";
        for (int i = 0; i < 200; i++)
        {
            cluster["n1"].Propose(new byte[] { 1 });
            cluster.DeliverAll();
        }

        cluster.Heal();
        cluster.Heartbeat("n1");
        cluster.Heartbeat("n1");

        Assert.Equal(201, cluster["n2"].Module.LastIndex);
        Assert.Equal(201, cluster["n2"].Module.CommitIndex);
    }

    [Fact]
    public void Leader_AcknowledgementsLost_ContinuesAfterTheNextHeartbeat()
    {
        ModuleCluster cluster = StreamingPair();
        cluster.Drop = message => message.From == "n2";
        for (int i = 0; i < 200; i++)
        {
            cluster["n1"].Propose(new byte[] { 1 });
            cluster.DeliverAll();
        }

        Assert.Equal(1, cluster["n1"].Module.CommitIndex);
        cluster.Heal();
        cluster.Heartbeat("n1");
        cluster.Heartbeat("n1");

        Assert.Equal((201, 201), (cluster["n1"].Module.CommitIndex, cluster["n2"].Module.CommitIndex));
    }

    /// <summary>Leader n1 and follower n2, which agree on the no-op.</summary>
    private static ModuleCluster StreamingPair()
    {
        ModuleCluster cluster = new(2);
        cluster.Elect("n1");
        Assert.Equal(1, cluster["n2"].Module.CommitIndex);
        return cluster;
    }

    private static AppendEntriesMessage[] TwoAppends(ModuleCluster cluster)
    {
        cluster["n1"].Propose(new byte[] { 1 });
        cluster["n1"].Propose(new byte[] { 2 });
        AppendEntriesMessage[] appends = cluster.Take<AppendEntriesMessage>();
        Assert.Equal([1L, 2L], appends.Select(append => append.PrevLogIndex));
        return appends;
    }
}
