using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Dissertation, section 6.2: a leader without a quorum steps down. Section 6, end: voters stick to a leader that is alive.
/// </summary>
public sealed class CheckQuorumTests
{
    private static readonly Settings CheckQuorum = Settings.Plain with { CheckQuorum = true, LeaderStickiness = true };

    [Fact]
    public void Voters_InContactWithTheirLeader_IgnoreACandidateOfALaterTerm()
    {
        ModuleCluster cluster = new(3, CheckQuorum);
        cluster.Elect("n1");
        cluster.Cut("n2", "n1");
        Until(() => cluster["n2"].Module.Term == 2, cluster);

        Assert.Equal((RaftRole.Follower, 1), (cluster["n3"].Module.Role, cluster["n3"].Module.Term));
        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.NotEqual(RaftRole.Leader, cluster["n2"].Module.Role);
    }

    [Fact]
    public void Leader_InContactWithItsQuorum_IgnoresACandidateOfALaterTerm()
    {
        SingleModule n1 = SingleModule.Leader(settings: CheckQuorum);
        n1.Pass(TimeSpan.FromMilliseconds(900));

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", 2, 5, 1));

        Assert.Equal((1, false), (reply.Term, reply.VoteGranted));
        Assert.Equal((RaftRole.Leader, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Follower_LeaderSilentForTheShortestTimeout_Votes()
    {
        SingleModule n1 = new(settings: CheckQuorum);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        n1.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 0, 0)).VoteGranted);
        Assert.Equal(1, n1.Module.Term);

        n1.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(n1.Deliver(Make.RequestVote("n3", 2, 0, 0)).VoteGranted);
    }

    /// <summary>A follower whose disk stalls still lives, and says so.</summary>
    [Fact]
    public void Leader_FollowersDiskStalls_KeepsLeadingAndCommitsWhenTheDiskContinues()
    {
        ModuleCluster cluster = new(3, CheckQuorum);
        cluster.Elect("n1");
        cluster.Isolate("n3");
        cluster["n2"].Disk.Hold();
        cluster.Propose("n1");

        cluster.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((RaftRole.Leader, 1, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term, cluster["n1"].Module.CommitIndex));

        cluster["n2"].Disk.Release();
        cluster.DeliverAll();
        Assert.Equal(2, cluster["n1"].Module.CommitIndex);
    }

    /// <summary>
    /// Entries are acknowledged when they are durable. A trickle of them must not take the place of what is answered at once.
    /// </summary>
    [Fact]
    public void Leader_FollowersDiskStallsWhileProposalsArrive_KeepsLeading()
    {
        ModuleCluster cluster = new(3, CheckQuorum);
        cluster.Elect("n1");
        cluster.Isolate("n3");
        cluster["n2"].Disk.Hold();

        for (int i = 0; i < 50; i++)
        {
            cluster["n1"].AdvanceTime();
            cluster.Propose("n1");
            cluster.Pass(TimeSpan.FromMilliseconds(100)); // half a heartbeat
        }

        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        cluster["n2"].Disk.Release();
        cluster.DeliverAll();
        Assert.Equal(51, cluster["n1"].Module.CommitIndex);
    }

    [Fact]
    public void Leader_NoQuorumForAnElectionTimeout_StepsDownInItsTerm()
    {
        SingleModule n1 = SingleModule.Leader(voters: 5, settings: CheckQuorum);
        AppendEntriesMessage[] heartbeats = [.. n1.Pass(TimeSpan.FromMilliseconds(500)).OfType<AppendEntriesMessage>()];
        n1.Deliver(Make.Accept(heartbeats[0])); // one of four: no quorum

        n1.Pass(TimeSpan.FromMilliseconds(499));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);

        n1.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal((RaftRole.Follower, 1, null), (n1.Module.Role, n1.Module.Term, n1.Module.Leader));
    }

    [Fact]
    public void Leader_AnswersOfAQuorum_LeadsForAnElectionTimeoutFromThen()
    {
        SingleModule n1 = SingleModule.Leader(voters: 3, settings: CheckQuorum);
        AppendEntriesMessage[] heartbeats = [.. n1.Pass(TimeSpan.FromMilliseconds(600)).OfType<AppendEntriesMessage>()];
        n1.Deliver(Make.Accept(heartbeats[0]));

        n1.Pass(TimeSpan.FromMilliseconds(999));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);

        n1.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    [Fact]
    public void Leader_RejectionsOnly_AreSignsOfLife()
    {
        SingleModule n1 = SingleModule.Leader(voters: 3, settings: CheckQuorum, term: 1, log: [1, 1]);
        AppendEntriesMessage[] heartbeats = [.. n1.Pass(TimeSpan.FromMilliseconds(600)).OfType<AppendEntriesMessage>()];
        n1.Deliver(Make.Reject(heartbeats[0], 0, 0, 0));

        n1.Pass(TimeSpan.FromMilliseconds(999));

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    /// <summary>While the process was paused, no node could answer, so the silence does not indicate a lost quorum yet.</summary>
    [Fact]
    public void Leader_AfterAPause_WaitsForAnswersBeforeItStepsDown()
    {
        SingleModule n1 = SingleModule.Leader(settings: CheckQuorum);

        AppendEntriesMessage[] heartbeats = [.. n1.Jump(TimeSpan.FromSeconds(30)).OfType<AppendEntriesMessage>()];
        Assert.Equal((RaftRole.Leader, 2), (n1.Module.Role, heartbeats.Length));

        n1.Pass(TimeSpan.FromMilliseconds(999));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        n1.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    [Fact]
    public void Leader_AnsweredAfterAPause_KeepsLeading()
    {
        SingleModule n1 = SingleModule.Leader(settings: CheckQuorum);
        AppendEntriesMessage[] heartbeats = [.. n1.Jump(TimeSpan.FromSeconds(30)).OfType<AppendEntriesMessage>()];
        n1.Pass(TimeSpan.FromMilliseconds(500));
        n1.Deliver(Make.Accept(heartbeats[1]));

        n1.Pass(TimeSpan.FromMilliseconds(999));

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    [Fact]
    public void SteppedDownLeader_ReachableVoters_AreThoseInRecentContact()
    {
        SingleModule n1 = SingleModule.Leader(voters: 5, settings: CheckQuorum);
        AppendEntriesMessage[] heartbeats = [.. n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>()];
        n1.Deliver(Make.Accept(heartbeats[0]));
        Assert.Equal(3, n1.Module.ReachableMembers); // n3 has granted its vote

        n1.Pass(TimeSpan.FromSeconds(0.8));

        Assert.Equal((RaftRole.Follower, 2), (n1.Module.Role, n1.Module.ReachableMembers));
    }

    [Fact]
    public void Leader_IsolatedFromItsQuorum_StepsDownAndTheOthersElect()
    {
        ModuleCluster cluster = new(5, Settings.Default);
        cluster.Elect("n1");
        cluster.Cut("n1", "n3", "n4", "n5");
        cluster.Cut("n2", "n3", "n4", "n5");

        cluster.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((RaftRole.Follower, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));

        cluster.Pass(TimeSpan.FromSeconds(20));
        TestNode leader = Assert.Single(cluster.Nodes, node => node.Module.Role == RaftRole.Leader);
        Assert.Contains(leader.Id.Value, new[] { "n3", "n4", "n5" });
    }

    [Fact]
    public void SingleNode_WithoutOtherMembers_KeepsLeading()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1, settings: CheckQuorum);

        n1.Pass(TimeSpan.FromHours(1));

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    private static void Until(Func<bool> reached, ModuleCluster cluster)
    {
        for (int i = 0; i < 100 && !reached(); i++)
        {
            cluster.Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(reached());
    }

    [Fact]
    public void Leader_ProcessThatIsAlwaysLate_StillStepsDown()
    {
        SingleModule n1 = SingleModule.Leader(3, Settings.Default);

        for (int i = 0; i < 10; i++)
        {
            n1.Jump(TimeSpan.FromMilliseconds(750)); // each looks like a pause, and no node ever answers
        }

        Assert.NotEqual(RaftRole.Leader, n1.Module.Role);
    }
}
