using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// A candidate's vote for itself counts like any other: when it is durable (Figure 2, persistent state), and only in its own
/// election.
/// </summary>
public sealed class LateOwnVoteTests
{
    [Fact]
    public void Candidate_OwnVoteNotDurable_RequestsNoVotes()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();

        Assert.Empty(n1.TimeOut());

        n1.Disk.Release();
        Assert.Equal(2, n1.TakeSent<RequestVoteMessage>().Length);
    }

    [Fact]
    public void Candidate_MessageOfALeaderOfItsTermFirst_TheLateVoteChangesNothing()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        n1.TimeOut();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);

        n1.Disk.Release();

        Assert.Equal((RaftRole.Follower, 1, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.Leader!.Value));
        Assert.Equal("n1", n1.Module.VotedFor);
        Assert.Empty(n1.Node.Log);
    }

    [Fact]
    public void SingleNode_OwnVoteNotDurable_DoesNotLead()
    {
        SingleModule n1 = new(voters: 1);
        n1.Disk.Hold();
        n1.TimeOut();
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Disk.Release();

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    /// <summary>
    /// Dissertation, section 9.6: its own pre-vote promises nothing, so it counts at once, and the real election counts again.
    /// </summary>
    [Fact]
    public void PreCandidate_WinsWithALateOwnVote_NeedsTheDurableVoteToLead()
    {
        SingleModule n1 = new(settings: Settings.Plain with { PreVote = true });
        RequestVoteMessage[] preVotes = n1.TimeOut();
        Assert.Equal((RaftRole.PreCandidate, 0), (n1.Module.Role, n1.Module.Term));
        n1.Disk.Hold();
        n1.Node.Receive(Make.Vote(preVotes[0], granted: true));
        n1.Node.Receive(Make.Vote(preVotes[1], granted: true));
        Assert.Equal((RaftRole.Candidate, 1), (n1.Module.Role, n1.Module.Term));

        // The late pre-vote of its own, should one come, is one of a past round.
        n1.Node.Receive(Make.Vote(preVotes[0], granted: true) with { From = "n1" });
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        // n2 learned of the campaign from a request that has not been sent yet: its grant alone is not a majority.
        RequestVoteMessage[] votes = [.. n1.Node.Waiting.Select(waiting => waiting.Message).OfType<RequestVoteMessage>()];
        n1.Node.Receive(Make.Vote(votes[0], granted: true));
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Disk.Release();
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    [Fact]
    public void Candidate_OwnVoteOfAnEarlierTerm_DoesNotCountInALaterOne()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        n1.TimeOut();
        n1.Node.Receive(Make.Append("n2", 5, 0, 0, 0));
        n1.TimeOut();
        Assert.Equal((RaftRole.Candidate, 6), (n1.Module.Role, n1.Module.Term));
        RequestVoteMessage[] requests =
            [.. n1.Node.Waiting.Select(waiting => waiting.Message).OfType<RequestVoteMessage>().Where(request => request.Term == 6)];
        n1.Node.Receive(Make.Vote(requests[0], granted: true));

        n1.Disk.Complete(2); // the vote of term 1, and the change to term 5
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Disk.Complete(1);
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    /// <summary>Each new term would queue another write after the one that takes so long.</summary>
    [Fact]
    public void Candidate_OwnVoteSlowerThanATimeout_WaitsForItInsteadOfRaisingTheTerm()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        n1.TimeOut();
        n1.TimeOut();
        n1.TimeOut();
        Assert.Equal((RaftRole.Candidate, 1), (n1.Module.Role, n1.Module.Term));

        n1.Disk.Release();
        RequestVoteMessage[] requests = n1.TakeSent<RequestVoteMessage>();
        n1.Node.Receive(Make.Vote(requests[0], granted: true));

        Assert.Equal((RaftRole.Leader, 1), (n1.Module.Role, n1.Module.Term));
    }
}
