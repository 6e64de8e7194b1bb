using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Dissertation, section 9.6: a node asks whether it could win before it raises its term, so that it disrupts no leader needlessly.
/// </summary>
public sealed class PreVoteTests
{
    private static readonly Settings PreVote = Settings.Plain with { PreVote = true };

    [Fact]
    public void PreCandidate_LacksAnEntry_IsRefusedAndItsTermStays()
    {
        ModuleCluster cluster = new(3, PreVote);
        cluster.Elect("n1");
        cluster.Cut("n3", "n1", "n2");
        cluster.Propose("n1");
        cluster.Heal();

        cluster.TimeOut("n3");
        Assert.Equal(RaftRole.PreCandidate, cluster["n3"].Module.Role);
        cluster.DeliverAll();

        Assert.Equal(2, cluster.Delivered.OfType<RequestVoteReplyMessage>().Count(reply => reply.To == "n3" && !reply.VoteGranted));
        Assert.All(cluster.Nodes, node => Assert.Equal(1, node.Module.Term));
        Assert.Equal((RaftRole.Leader, RaftRole.Follower), (cluster["n1"].Module.Role, cluster["n3"].Module.Role));

        cluster.Isolate("n1");
        cluster.Elect("n2");
        Assert.Equal((RaftRole.Leader, 2), (cluster["n2"].Module.Role, cluster["n2"].Module.Term));
    }

    [Fact]
    public void PreCandidate_OthersAreInContactWithTheLeader_IsRefusedDespiteItsLog()
    {
        ModuleCluster cluster = new(3, PreVote with { CheckQuorum = true });
        cluster.Elect("n1");
        cluster.Cut("n3", "n1");
        int before = cluster.Delivered.Count;

        cluster.Pass(TimeSpan.FromSeconds(30));

        RequestVoteReplyMessage[] replies = [.. cluster.Delivered.Skip(before).OfType<RequestVoteReplyMessage>()];
        Assert.NotEmpty(replies);
        Assert.All(replies, reply => Assert.Equal(("n2", "n3", false), (reply.From.Value, reply.To.Value, reply.VoteGranted)));
        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.Equal(1, cluster["n3"].Module.Term);
    }

    [Fact]
    public void PreCandidate_MajorityGrants_CampaignsInTheNextTerm()
    {
        SingleModule n1 = new(voters: 5, settings: PreVote, term: 4);
        RequestVoteMessage[] preVotes = n1.TimeOut();
        Assert.All(preVotes, request => Assert.Equal((true, 5), (request.IsPreVote, request.Term)));

        Assert.Empty(n1.Deliver(Make.Vote(preVotes[0], granted: true)));
        RaftMessage[] votes = n1.Deliver(Make.Vote(preVotes[1], granted: true));

        Assert.Equal((RaftRole.Candidate, 5, new NodeId("n1")), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor!.Value));
        Assert.Equal(4, votes.Length);
        Assert.All(votes, vote => Assert.False(Assert.IsType<RequestVoteMessage>(vote).IsPreVote));
    }

    [Fact]
    public void PreCandidate_MajorityRefuses_IsAFollowerOfTheSameTerm()
    {
        SingleModule n1 = new(settings: PreVote, term: 4, votedFor: "n2");

        foreach (RequestVoteMessage request in n1.TimeOut())
        {
            n1.Deliver(Make.Vote(request, granted: false, term: 4));
        }

        Assert.Equal((RaftRole.Follower, 4, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor!.Value));
    }

    [Fact]
    public void PreCandidate_RefusalOfALaterTerm_FollowsIt()
    {
        SingleModule n1 = new(settings: PreVote, term: 4);
        RequestVoteMessage[] preVotes = n1.TimeOut();

        n1.Deliver(Make.Vote(preVotes[0], granted: false, term: 9));

        Assert.Equal((RaftRole.Follower, 9), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void PreCandidate_GrantOfAnEarlierRound_DoesNotCount()
    {
        SingleModule n1 = new(settings: PreVote);
        RequestVoteMessage[] first = n1.TimeOut();
        n1.TimeOut();

        n1.Deliver(Make.Vote(first[0], granted: true));

        Assert.Equal((RaftRole.PreCandidate, 0), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Leader_LatePreVoteReplies_ChangeNothing()
    {
        SingleModule n1 = new(voters: 5, settings: PreVote);
        RequestVoteMessage[] preVotes = n1.TimeOut();
        n1.Node.Receive(Make.Vote(preVotes[0], granted: true));
        n1.Node.Receive(Make.Vote(preVotes[1], granted: true));
        foreach (RequestVoteMessage vote in n1.TakeSent<RequestVoteMessage>())
        {
            n1.Node.Receive(Make.Vote(vote, granted: true));
        }

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        n1.Deliver(Make.Vote(preVotes[2], granted: true));
        n1.Deliver(Make.Vote(preVotes[3], granted: false, term: 0));

        Assert.Equal((RaftRole.Leader, 1, 1L), (n1.Module.Role, n1.Module.Term, n1.Module.LastIndex));
    }

    [Fact]
    public void Candidate_LatePreVoteGrant_IsNotAVote()
    {
        SingleModule n1 = new(voters: 5, settings: PreVote);
        RequestVoteMessage[] preVotes = n1.TimeOut();
        n1.Deliver(Make.Vote(preVotes[0], granted: true));
        n1.Deliver(Make.Vote(preVotes[1], granted: true));
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Deliver(Make.Vote(preVotes[2], granted: true));
        n1.Deliver(Make.Vote(preVotes[3], granted: true));

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    [Fact]
    public void IsolatedNode_ManyTimeouts_NeverRaisesItsTermNorDisturbs()
    {
        ModuleCluster cluster = new(3, Settings.Default);
        cluster.Elect("n1");
        cluster.Isolate("n3");

        cluster.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(1, cluster["n3"].Module.Term);

        cluster.Heal();
        cluster.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.Equal("n1", cluster["n3"].Module.Leader);
    }

    [Fact]
    public void FormerLeader_IsolatedAndBack_CanBeElectedAgain()
    {
        ModuleCluster cluster = new(3, Settings.Default);
        cluster.Elect("n1");
        cluster.Isolate("n1");
        cluster.Isolate("n2");
        cluster.Isolate("n3");
        cluster.Pass(TimeSpan.FromSeconds(20));
        Assert.All(cluster.Nodes, node => Assert.Equal(1, node.Module.Term));

        cluster.Heal();
        cluster.Elect("n1");

        Assert.Equal((RaftRole.Leader, 2), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
    }

    /// <summary>A cluster without a leader whose terms differ must not refuse its own candidates forever.</summary>
    [Fact]
    public void PreCandidate_WithAnOlderTerm_CatchesUpAndWins()
    {
        ModuleCluster cluster = new(3, PreVote);
        cluster.Preset("n1", 2, 1, 1);
        cluster.Preset("n2", 7, 1);
        cluster.Preset("n3", 5, 1);

        cluster.Elect("n1");
        cluster.Elect("n1");

        Assert.Equal((RaftRole.Leader, 8), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.All(cluster.Nodes, node => Assert.Equal([1, 1, 8], node.Log));
    }

    [Fact]
    public void PreCandidate_Asking_WritesNothing()
    {
        SingleModule n1 = new(settings: PreVote);
        n1.Disk.Hold();

        Assert.Equal(2, n1.TimeOut().Length);
        Assert.Empty(n1.Disk.Pending);
    }
}
