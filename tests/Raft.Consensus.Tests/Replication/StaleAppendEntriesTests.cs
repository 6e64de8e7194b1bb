using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Section 5.1: what a leader of an earlier term says is answered with the current term and changes nothing.</summary>
public sealed class StaleAppendEntriesTests
{
    [Fact]
    public void Cluster_LateAppendOfAnEarlierTerm_IsRefusedAndChangesNoLog()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Elect("n2");
        cluster.Elect("n1");
        Assert.Equal(3, cluster["n1"].Module.Term);
        AppendEntriesMessage late = Make.Append("n2", 2, 2, 2, 2, 2);

        cluster.Deliver(late);
        AppendEntriesReplyMessage reply = Assert.Single(cluster.Take<AppendEntriesReplyMessage>());
        cluster.Deliver(late with { To = "n3" });

        Assert.Equal((false, 3, new NodeId("n2")), (reply.Success, reply.Term, reply.To));
        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);
        Assert.All(cluster.Nodes, node => Assert.Equal([1, 2, 3], node.Log));
    }

    [Fact]
    public void FormerLeader_MessageOfTheLaterTerm_StepsDown()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Isolate("n1");
        cluster.Elect("n2");
        cluster.Heal();

        cluster.Heartbeat("n1");

        Assert.Equal((RaftRole.Follower, 2), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
    }

    /// <summary>Entries that an old leader appended while it was isolated never commit, and are replaced.</summary>
    [Fact]
    public void FormerLeader_UncommittedTail_IsReplaced()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Isolate("n1");
        cluster.Propose("n1");
        cluster.Propose("n1");
        cluster.Elect("n2");
        cluster.Propose("n2");
        Assert.Equal(1, cluster["n1"].Module.CommitIndex);

        cluster.Heal();
        cluster.Heartbeat("n2");

        Assert.All(cluster.Nodes, node => Assert.Equal([1, 2, 2], node.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal(3, node.Module.CommitIndex));
    }

    /// <summary>A node that leads again must not take what it sent in its earlier term for something it sends now.</summary>
    [Fact]
    public void Leader_HeartbeatOfItsOwnEarlierTerm_IsRefusedByAll()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Propose("n1");
        cluster.Clock.Advance(TimeSpan.FromMilliseconds(200));
        cluster["n1"].AdvanceTime();
        AppendEntriesMessage late = cluster.Take<AppendEntriesMessage>(message => message.To == "n3").Single();
        cluster.DeliverAll();
        cluster.Elect("n2");
        cluster.Elect("n1");
        Assert.Equal([1, 1, 2, 3], cluster["n3"].Log);

        cluster.Deliver(late);
        Assert.False(Assert.Single(cluster.InFlight.OfType<AppendEntriesReplyMessage>()).Success);
        cluster.DeliverAll();

        Assert.Equal((RaftRole.Leader, 3), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.All(cluster.Nodes, node => Assert.Equal((4, 4), (node.Module.LastIndex, node.Module.CommitIndex)));
    }

    /// <summary>The answer to such a heartbeat carries the current term, yet says nothing about the follower's log.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Leader_RejectionOfItsOwnEarlierTerm_DoesNotSendTheLogAgain(bool restarted)
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        for (int i = 0; i < 20; i++)
        {
            cluster.Propose("n1");
        }

        cluster.Clock.Advance(TimeSpan.FromMilliseconds(200));
        cluster["n1"].AdvanceTime();
        AppendEntriesMessage late = cluster.Take<AppendEntriesMessage>(message => message.To == "n3").Single();
        cluster.DeliverAll();
        cluster.Elect("n2");
        if (restarted)
        {
            cluster["n1"].CrashAndRestart(); // numbers its requests from 1 again
        }

        cluster.Elect("n1");
        cluster.Deliver(late);
        cluster.Deliver(cluster.Take<AppendEntriesReplyMessage>().Single());

        Assert.Empty(cluster.InFlight);
    }

    /// <summary>Section 5.2, election safety: a term has one leader; a second one cannot be a correct node.</summary>
    [Fact]
    public void Follower_SecondLeaderInATerm_IsRefused()
    {
        SingleModule n1 = new();
        Assert.True(n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1)).Success);

        Assert.False(n1.Deliver(Make.Append("n3", 1, 0, 0, 0, 1, 1)).Success);

        Assert.Equal([1], n1.Node.Log);
        Assert.Equal("n2", n1.Module.Leader);
    }

    [Fact]
    public void Leader_SecondLeaderInItsTerm_IsRefused()
    {
        SingleModule n1 = SingleModule.Leader();

        Assert.False(n1.Deliver(Make.Append("n3", 1, 0, 0, 9, 1, 1)).Success);

        Assert.Equal((RaftRole.Leader, 1L, 0L), (n1.Module.Role, n1.Module.LastIndex, n1.Module.CommitIndex));
    }
}
