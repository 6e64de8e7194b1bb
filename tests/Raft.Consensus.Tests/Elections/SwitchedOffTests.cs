using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>Pre-vote, check-quorum and the clinging to a leader are each optional; without them the module is the paper's.</summary>
public sealed class SwitchedOffTests
{
    [Fact]
    public void PreVoteOff_TimeOut_CampaignsAtOnce()
    {
        SingleModule n1 = new(settings: Settings.Default with { PreVote = false });

        RequestVoteMessage[] requests = n1.TimeOut();

        Assert.All(requests, request => Assert.Equal((false, 1), (request.IsPreVote, request.Term)));
        Assert.Equal((RaftRole.Candidate, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void CheckQuorumOff_NoAnswers_KeepsLeading()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Default with { CheckQuorum = false });

        n1.Pass(TimeSpan.FromHours(1));

        Assert.Equal((RaftRole.Leader, 1), (n1.Module.Role, n1.Module.Term));
    }

    /// <summary>No node stays with a leader that nothing makes step down: the leader may be unable to receive answers.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void CheckQuorumOff_LeaderSendsButReceivesNothing_IsReplaced(bool preVote, bool stickiness)
    {
        ModuleCluster cluster = new(3, new Settings { PreVote = preVote, CheckQuorum = false, LeaderStickiness = stickiness });
        cluster.Elect("n1");
        cluster.Drop = message => message.To == "n1" || (message.From == "n1" && message.To == "n3");

        cluster.Pass(TimeSpan.FromSeconds(20));

        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);
        Assert.Equal("n3", cluster["n2"].Module.Leader);
    }

    [Fact]
    public void LeaderStickinessOff_RecentMessageOfTheLeader_StillVotes()
    {
        SingleModule n1 = new(settings: Settings.Default with { LeaderStickiness = false });
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        Assert.True(n1.Deliver(Make.RequestVote("n3", 2, 0, 0)).VoteGranted);
        Assert.Equal(2, n1.Module.Term);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public void AnyCombination_LeaderFails_TheOthersElectAndContinue(bool preVote, bool checkQuorum, bool stickiness)
    {
        ModuleCluster cluster = new(3, new Settings { PreVote = preVote, CheckQuorum = checkQuorum, LeaderStickiness = stickiness });
        cluster.Elect("n1");
        cluster.Propose("n1");
        cluster.Isolate("n1");

        cluster.Pass(TimeSpan.FromSeconds(20));
        TestNode leader = Assert.Single(cluster.Nodes, node => node.Module is { Role: RaftRole.Leader, Term: > 1 });
        cluster.Propose(leader.Id);
        cluster.Heal();
        cluster.Pass(TimeSpan.FromSeconds(20));

        leader = Assert.Single(cluster.Nodes, node => node.Module.Role == RaftRole.Leader);
        Assert.All(cluster.Nodes, node => Assert.Equal(leader.Log, node.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal(leader.Module.LastIndex, node.Module.CommitIndex));
    }
}
