using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>What a leader takes an answer for: a match index only from an acceptance of its own term (section 5.3).</summary>
public sealed class StaleReplyTests
{
    [Fact]
    public void Leader_AcknowledgementOfAnEarlierTerm_IsIgnored()
    {
        SingleModule n1 = SingleModule.Leader(term: 1);
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Accept(append, lastIndex: 1) with { Term = 1 });
        Assert.Equal(0, n1.Module.CommitIndex);

        n1.Deliver(Make.Accept(append, lastIndex: 1));
        Assert.Equal(1, n1.Module.CommitIndex);
    }

    /// <summary>
    /// The follower acknowledged an entry that it then lost to another leader; the late acknowledgement must not count for the entry
    /// there now.
    /// </summary>
    [Fact]
    public void Leader_AcknowledgementFromBeforeARevert_IsIgnored()
    {
        ModuleCluster cluster = new(5);
        cluster.Elect("n1");
        cluster.Cut("n1", "n3", "n4", "n5");
        for (int i = 0; i < 4; i++)
        {
            cluster["n1"].Propose(new byte[] { 1 });
            cluster.Deliver(cluster.Take<AppendEntriesMessage>().Single());
        }

        AppendEntriesReplyMessage late = cluster.Take<AppendEntriesReplyMessage>()[^1];
        Assert.Equal((true, 5), (late.Success, late.LastIndex));
        cluster.Isolate("n1");
        cluster.Isolate("n2");
        cluster.Elect("n3");
        cluster.Heal();
        cluster.Heartbeat("n3");
        cluster.Elect("n1");
        Assert.All(cluster.Nodes, node => Assert.Equal([1, 2, 3], node.Log));
        cluster.Cut("n1", "n2", "n3", "n5");
        cluster.Propose("n1");
        cluster.Propose("n1"); // on n1 and n4

        cluster.Deliver(late);

        Assert.Equal((3, 5), (cluster["n1"].Module.CommitIndex, cluster["n4"].Module.LastIndex));
    }

    [Fact]
    public void Leader_HintOfARejection_IsNotAMatch()
    {
        SingleModule n1 = SingleModule.Leader(voters: 3, term: 1, log: [1, 1]);
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Reject(append, lastIndex: 3, conflictIndex: 3, conflictTerm: 2));
        n1.Deliver(Make.Reject(append, lastIndex: 3, conflictIndex: 1, conflictTerm: 1));

        Assert.Equal(0, n1.Module.CommitIndex);
    }

    [Fact]
    public void Leader_AcknowledgementOfMoreThanItHas_IsIgnored()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Accept(append, lastIndex: 2));

        Assert.Equal((0, 1), (n1.Module.CommitIndex, n1.Module.IgnoredMessages));
    }

    [Fact]
    public void Leader_AcknowledgementOfANonVoter_IsIgnored()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Accept(append, lastIndex: 1) with { From = "n9" });

        Assert.Equal(0, n1.Module.CommitIndex);
    }

    [Fact]
    public void Follower_AcknowledgementForAFormerLeader_IsIgnored()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Make.RequestVote("n3", 2, 9, 1));

        Assert.Empty(n1.Deliver(Make.Accept(append, lastIndex: 1)));

        Assert.Equal((RaftRole.Follower, 0L), (n1.Module.Role, n1.Module.CommitIndex));
    }

    [Fact]
    public void Leader_ReplyOfALaterTerm_StepsDown()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.Deliver(Make.Reject(append, 0, 0, 0) with { Term = 6 });

        Assert.Equal((RaftRole.Follower, 6, null), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor));
        Assert.Equal(6, n1.Disk.HardState.Term);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1L << 62, 1L << 62)]
    [InlineData(0, 1L << 62)]
    public void Leader_MisleadingHint_ProbesWithinItsLog(long conflictIndex, long conflictTerm)
    {
        SingleModule n1 = SingleModule.Leader(voters: 2, term: 2, log: [1, 1, 2]);
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        AppendEntriesMessage probe =
            Assert.IsType<AppendEntriesMessage>(Assert.Single(n1.Deliver(Make.Reject(append, 0, conflictIndex, conflictTerm))));

        Assert.InRange(probe.PrevLogIndex, 0, 2);
    }

    /// <summary>Figure 2: "a majority of matchIndex" is of all voters, however few have answered.</summary>
    [Theory]
    [InlineData(4, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(5, 1, false)]
    [InlineData(5, 2, true)]
    public void Leader_PartialAcknowledgements_CommitsWithAMajorityOfAllVoters(int voters, int acknowledgements, bool commits)
    {
        SingleModule n1 = SingleModule.Leader(voters);
        AppendEntriesMessage[] appends = [.. n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>()];

        for (int i = 0; i < acknowledgements; i++)
        {
            n1.Deliver(Make.Accept(appends[i], lastIndex: 1));
            n1.Deliver(Make.Accept(appends[i], lastIndex: 1)); // a copy counts for nothing
        }

        Assert.Equal(commits ? 1 : 0, n1.Module.CommitIndex);
    }
}
