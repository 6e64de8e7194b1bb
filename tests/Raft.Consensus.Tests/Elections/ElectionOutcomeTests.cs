using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Section 5.2: a candidate wins with a majority of the full cluster, in its own term, and does not wait for further votes.
/// </summary>
public sealed class ElectionOutcomeTests
{
    [Theory]
    [InlineData(1, 0, 0, RaftRole.Leader)]
    [InlineData(2, 0, 0, RaftRole.Candidate)]
    [InlineData(2, 1, 0, RaftRole.Leader)]
    [InlineData(2, 0, 1, RaftRole.Follower)]
    [InlineData(3, 1, 0, RaftRole.Leader)]
    [InlineData(3, 2, 0, RaftRole.Leader)]
    [InlineData(3, 1, 1, RaftRole.Leader)]
    [InlineData(3, 0, 2, RaftRole.Follower)]
    [InlineData(3, 0, 1, RaftRole.Candidate)]
    [InlineData(3, 0, 0, RaftRole.Candidate)]
    [InlineData(4, 1, 0, RaftRole.Candidate)]
    [InlineData(4, 2, 0, RaftRole.Leader)]
    [InlineData(4, 0, 2, RaftRole.Follower)]
    [InlineData(4, 1, 1, RaftRole.Candidate)]
    [InlineData(5, 4, 0, RaftRole.Leader)]
    [InlineData(5, 3, 0, RaftRole.Leader)]
    [InlineData(5, 2, 0, RaftRole.Leader)]
    [InlineData(5, 0, 4, RaftRole.Follower)]
    [InlineData(5, 1, 3, RaftRole.Follower)]
    [InlineData(5, 1, 0, RaftRole.Candidate)]
    [InlineData(5, 0, 2, RaftRole.Candidate)]
    [InlineData(5, 0, 0, RaftRole.Candidate)]
    [InlineData(6, 2, 0, RaftRole.Candidate)]
    [InlineData(6, 3, 0, RaftRole.Leader)]
    [InlineData(7, 3, 3, RaftRole.Leader)]
    [InlineData(7, 2, 0, RaftRole.Candidate)]
    public void Candidate_VotesReceived_BecomesWhatTheMajorityDecides(int voters, int grants, int refusals, RaftRole role)
    {
        SingleModule n1 = new(voters);
        RequestVoteMessage[] requests = n1.TimeOut();

        for (int i = 0; i < grants + refusals; i++)
        {
            n1.Deliver(Make.Vote(requests[i], granted: i < grants));
        }

        Assert.Equal((role, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Candidate_SameVoteTwice_CountsItOnce()
    {
        SingleModule n1 = new(voters: 5);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Make.Vote(requests[0], granted: true));
        n1.Deliver(Make.Vote(requests[0], granted: true));

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    /// <summary>A vote is final: another answer with the same number is not the voter's.</summary>
    [Fact]
    public void Candidate_RefusalAfterAGrantOfTheSameVoter_KeepsTheGrant()
    {
        SingleModule n1 = new(voters: 5);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Make.Vote(requests[0], granted: true));
        n1.Deliver(Make.Vote(requests[0], granted: false));
        n1.Deliver(Make.Vote(requests[1], granted: true));

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    [Fact]
    public void Candidate_VoteOfANonVoter_DoesNotCount()
    {
        SingleModule n1 = new(voters: 3);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Make.Vote(requests[0], granted: true) with { From = "n9" });

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    [Fact]
    public void Candidate_VoteOfAnEarlierTerm_DoesNotCount()
    {
        SingleModule n1 = new(voters: 3);
        RequestVoteMessage[] old = n1.TimeOut();
        n1.TimeOut();
        Assert.Equal(2, n1.Module.Term);

        n1.Deliver(Make.Vote(old[0], granted: true));
        n1.Deliver(Make.Vote(old[1], granted: true));

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    [Fact]
    public void Candidate_RefusalOfAnEarlierRound_DoesNotCount()
    {
        SingleModule n1 = new(voters: 3);
        RequestVoteMessage[] old = n1.TimeOut();
        n1.TimeOut();

        n1.Deliver(Make.Vote(old[0], granted: false));
        n1.Deliver(Make.Vote(old[1], granted: false));

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    /// <summary>
    /// A restarted node numbers its requests from 1 again: an answer to its earlier run must not replace the voter's answer now.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Candidate_AnswersToItsEarlierLife_DoNotCount(bool preVote)
    {
        SingleModule n1 = new(settings: Settings.Plain with { PreVote = preVote });
        RequestVoteMessage[] old = [];
        for (int i = 0; i < 10; i++)
        {
            old = n1.TimeOut();
        }

        n1.Node.CrashAndRestart();
        RequestVoteMessage[] requests = n1.TimeOut();
        RaftRole role = n1.Module.Role;
        foreach (RequestVoteMessage late in old)
        {
            n1.Deliver(Make.Vote(late, granted: false, term: preVote ? 0 : late.Term));
        }

        Assert.Equal(role, n1.Module.Role);
        n1.Deliver(Make.Vote(requests[0], granted: true));
        Assert.NotEqual(role, n1.Module.Role);
    }

    [Fact]
    public void Candidate_RefusalOfALaterTerm_BecomesFollowerOfIt()
    {
        SingleModule n1 = new();
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Make.Vote(requests[0], granted: false, term: 7));

        Assert.Equal((RaftRole.Follower, 7, null), (n1.Module.Role, n1.Module.Term, n1.Module.VotedFor));
    }

    [Fact]
    public void Candidate_NoAnswers_CampaignsAgainInTheNextTerm()
    {
        SingleModule n1 = new();
        n1.TimeOut();

        RequestVoteMessage[] requests = n1.TimeOut();

        Assert.Equal(2, requests.Length);
        Assert.All(requests, request => Assert.Equal(2, request.Term));
        Assert.Equal((RaftRole.Candidate, 2), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Leader_LateVotes_ChangeNothing()
    {
        SingleModule n1 = new(voters: 5);
        RequestVoteMessage[] requests = n1.TimeOut();
        n1.Deliver(Make.Vote(requests[0], granted: true));
        n1.Deliver(Make.Vote(requests[1], granted: true));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);

        Assert.Empty(n1.Deliver(Make.Vote(requests[2], granted: false)));
        Assert.Empty(n1.Deliver(Make.Vote(requests[3], granted: true)));

        Assert.Equal((RaftRole.Leader, 1L, 1L), (n1.Module.Role, n1.Module.Term, n1.Module.LastIndex));
    }

    /// <summary>Section 8: a new leader appends a no-op of its term and sends it at once.</summary>
    [Fact]
    public void Leader_JustElectedWithAConfigurationInItsLog_AppendsAndSendsANoOp()
    {
        LogEntry first = Make.Configuration(term: 1, "n1", "n2", "n3");
        SingleModule n1 = new(term: 1);
        n1.Disk.Preset(new HardState(1, null), [first]);
        n1.Node.Restart();
        n1.Lead();

        AppendEntriesMessage[] appends = n1.TakeSent<AppendEntriesMessage>();

        Assert.Equal(2, appends.Length);
        Assert.All(
            appends,
            append => Assert.Equal((2, EntryKind.NoOp), (Assert.Single(append.Entries.ToArray()).Term, append.Entries.Span[0].Kind)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Candidate_IsolatedFromAMinority_IsStillElected(int nodes)
    {
        ModuleCluster cluster = new(nodes);
        int reachable = (nodes / 2) + 1;
        foreach (NodeId id in Settings.Ids(nodes)[reachable..])
        {
            cluster.Isolate(id);
        }

        cluster.Elect("n1");

        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);
    }
}
