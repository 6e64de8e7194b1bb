using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>Section 5.2: "each server will vote for at most one candidate in a given term", also across a crash.</summary>
public sealed class OneVotePerTermTests
{
    [Theory]
    [InlineData(null, "n2", true)]
    [InlineData(null, "n3", true)]
    [InlineData("n2", "n2", true)]
    [InlineData("n2", "n3", false)]
    [InlineData("n3", "n2", false)]
    public void Voter_AskedInItsTerm_GrantsToOneCandidateOnly(string? votedFor, string candidate, bool granted)
    {
        SingleModule n1 = new(term: 1, votedFor: votedFor is null ? (NodeId?)null : votedFor);

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote(candidate, 1, 0, 0));

        Assert.Equal((1, granted), (reply.Term, reply.VoteGranted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Voter_AfterGrant_AnswersTheSameWithAndWithoutCrash(bool crash)
    {
        SingleModule n1 = new();
        Assert.True(n1.Deliver(Make.RequestVote("n2", 1, 0, 0)).VoteGranted);

        if (crash)
        {
            n1.Node.CrashAndRestart();
        }

        Assert.True(n1.Deliver(Make.RequestVote("n2", 1, 0, 0)).VoteGranted);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 1, 0, 0)).VoteGranted);
        Assert.Equal("n2", n1.Module.VotedFor);
    }

    [Fact]
    public void Voter_RequestOfAnEarlierTerm_RefusesAndReportsItsTerm()
    {
        SingleModule n1 = new(term: 5);

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", 4, 9, 4));

        Assert.Equal((5, false), (reply.Term, reply.VoteGranted));
        Assert.Null(n1.Module.VotedFor);
    }

    [Fact]
    public void Voter_RefusedForItsLog_MayStillVoteForAnother()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1);
        Assert.False(n1.Deliver(Make.RequestVote("n2", 2, 1, 1)).VoteGranted);

        Assert.True(n1.Deliver(Make.RequestVote("n3", 2, 2, 1)).VoteGranted);
    }

    [Fact]
    public void Candidate_SteppingDownWithinItsTerm_KeepsItsVote()
    {
        SingleModule n1 = new();
        n1.TimeOut();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);

        Assert.False(n1.Deliver(Make.RequestVote("n3", 1, 5, 1)).VoteGranted);
        Assert.Equal("n1", n1.Module.VotedFor);
    }

    [Fact]
    public void Candidate_LosingTheElection_KeepsItsVote()
    {
        SingleModule n1 = new();
        foreach (RequestVoteMessage request in n1.TimeOut())
        {
            n1.Deliver(Make.Vote(request, granted: false));
        }

        Assert.Equal(RaftRole.Follower, n1.Module.Role);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 1, 5, 1)).VoteGranted);
    }

    [Fact]
    public void Leader_AskedInItsTerm_KeepsItsVote()
    {
        SingleModule n1 = SingleModule.Leader();

        Assert.False(n1.Deliver(Make.RequestVote("n2", 1, 9, 1)).VoteGranted);
        Assert.Equal((RaftRole.Leader, new NodeId("n1")), (n1.Module.Role, n1.Module.VotedFor!.Value));
    }

    [Fact]
    public void Leader_SteppingDownWithinItsTerm_KeepsItsVoteAcrossACrash()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Plain with { CheckQuorum = true });
        n1.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((RaftRole.Follower, 1), (n1.Module.Role, n1.Module.Term));
        n1.Node.CrashAndRestart();

        Assert.False(n1.Deliver(Make.RequestVote("n2", 1, 9, 1)).VoteGranted);
    }

    [Fact]
    public void Voter_InANewTerm_MayVoteAgain()
    {
        SingleModule n1 = new(term: 1, votedFor: "n2");

        Assert.True(n1.Deliver(Make.RequestVote("n3", 2, 0, 0)).VoteGranted);
        Assert.Equal((2, new NodeId("n3")), (n1.Module.Term, n1.Module.VotedFor!.Value));
    }

    [Fact]
    public void Voter_CrashBeforeTheGrantIsDurable_HasNotAnswered()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        Assert.Empty(n1.Deliver((RaftMessage)Make.RequestVote("n2", 1, 0, 0)));

        n1.Node.CrashAndRestart();

        Assert.Empty(n1.TakeSent());
        Assert.True(n1.Deliver(Make.RequestVote("n3", 1, 0, 0)).VoteGranted);
    }
}
