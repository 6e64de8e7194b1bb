using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Section 5.1: a larger term makes a follower of everyone. Dissertation, section 9.6: a pre-vote makes nothing of anyone.
/// </summary>
public sealed class VoteFromAnyRoleTests
{
    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void AnyRole_RequestVoteOfTheNextTerm_GrantsAndFollows(RaftRole role)
    {
        SingleModule n1 = InRole(role);
        long term = n1.Module.Term;

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", term + 1, 100, term));

        Assert.Equal((term + 1, true), (reply.Term, reply.VoteGranted));
        Assert.Equal((RaftRole.Follower, term + 1, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor!.Value));
        Assert.Equal(new HardState(term + 1, "n2"), n1.Disk.HardState);
    }

    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.PreCandidate)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void AnyRole_PreVoteOfTheNextTerm_GrantsAndChangesNothing(RaftRole role)
    {
        SingleModule n1 = InRole(role);
        n1.Clock.Advance(TimeSpan.FromSeconds(1)); // no message of a leader for the shortest timeout
        (long term, NodeId? votedFor, HardState stored) = (n1.Module.Term, n1.Module.VotedFor, n1.Disk.HardState);

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", term + 1, 100, term, isPreVote: true));

        Assert.Equal((term + 1, true, true), (reply.Term, reply.VoteGranted, reply.IsPreVote));
        Assert.Equal((role, term, votedFor), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor));
        Assert.Equal(stored, n1.Disk.HardState);
    }

    [Theory]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void AnyRole_RequestVoteOfALaterTermWithAnOldLog_FollowsWithoutVoting(RaftRole role)
    {
        SingleModule n1 = InRole(role, 1);
        long term = n1.Module.Term;

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", term + 3, 0, 0));

        Assert.Equal((term + 3, false), (reply.Term, reply.VoteGranted));
        Assert.Equal((RaftRole.Follower, term + 3, null), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor));
    }

    [Fact]
    public void Leader_AppendEntriesOfALaterTerm_Follows()
    {
        SingleModule n1 = InRole(RaftRole.Leader);

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 5, 0, 0, 0, 4, 5));

        Assert.True(reply.Success);
        Assert.Equal((RaftRole.Follower, 5, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.Leader!.Value));
        Assert.Equal([4, 5], n1.Node.Log);
    }

    [Fact]
    public void PreCandidate_MessageOfTheLeaderOfItsTerm_Follows()
    {
        SingleModule n1 = InRole(RaftRole.PreCandidate);

        n1.Deliver(Make.Append("n2", n1.Module.Term, 0, 0, 0));

        Assert.Equal((RaftRole.Follower, new NodeId("n2")), (n1.Module.Role, n1.Module.Leader!.Value));
    }

    private static SingleModule InRole(RaftRole role, params long[] log)
    {
        SingleModule n1 = new(settings: Settings.Plain with { PreVote = role == RaftRole.PreCandidate }, term: 1, log: log);
        switch (role)
        {
            case RaftRole.PreCandidate or RaftRole.Candidate:
                n1.TimeOut();
                break;
            case RaftRole.Leader:
                n1.Lead();
                break;
        }

        Assert.Equal(role, n1.Module.Role);
        return n1;
    }
}
