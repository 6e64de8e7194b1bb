using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Transfer;

/// <summary>
/// A leader that is not fit to lead: it hands over or steps down, and then starts no election for a while. Dissertation, sections 3.10 and
/// 6.2.
/// </summary>
public sealed class GivingUpTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    [Fact]
    public void Leader_StepsDown_BecomesAFollowerInItsTermAndKeepsItsVote()
    {
        SingleModule n1 = SingleModule.Leader();
        long term = n1.Module.Term;

        n1.Module.StepDown(n1.Clock.Now);

        Assert.Equal((RaftRole.Follower, term, "n1", null), State(n1));
        Assert.False(n1.Deliver(Make.RequestVote("n2", term, 9, term)).VoteGranted); // or two could lead one term
    }

    [Fact]
    public void Follower_StepsDown_ChangesNothing()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));

        n1.Module.StepDown(n1.Clock.Now);

        Assert.Equal("n2", n1.Module.Leader?.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Node_CandidacyWithheld_AsksForNoVoteUntilThen(bool preVote)
    {
        SingleModule n1 = new(settings: Settings.Plain with { PreVote = preVote });
        n1.Module.WithholdCandidacy(TimeSpan.FromMinutes(1), n1.Clock.Now);

        Assert.Empty(n1.Pass(TimeSpan.FromSeconds(59)));
        Assert.NotEmpty(n1.Pass(TimeSpan.FromSeconds(1)).OfType<RequestVoteMessage>());
    }

    [Fact]
    public void Node_CandidacyWithheld_VotesAndFollows()
    {
        SingleModule n1 = new();
        n1.Module.WithholdCandidacy(TimeSpan.FromMinutes(1), n1.Clock.Now);

        Assert.True(n1.Deliver(Make.RequestVote("n2", 1, 0, 0)).VoteGranted);
        Assert.True(n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1)).Success);
    }

    [Fact]
    public void Node_CandidacyWithheld_RefusesToTakeOver()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));
        n1.Module.WithholdCandidacy(TimeSpan.FromMinutes(1), n1.Clock.Now);

        RaftMessage[] sent = n1.Deliver(new TimeoutNowMessage
        {
            From = "n2",
            To = "n1",
            Origin = Make.Origin,
            Term = 1,
            Correlation = 1,
            LastLogIndex = 1,
            LastLogTerm = 1,
        });

        Assert.Equal(TimeoutNowRefusal.Unfit, Assert.IsType<TimeoutNowReplyMessage>(Assert.Single(sent)).Reason);
    }

    [Fact]
    public void Node_CandidacyAllowedAgain_WaitsForAWholeTimeoutFirst()
    {
        SingleModule n1 = new();
        n1.Module.WithholdCandidacy(TimeSpan.FromHours(1), n1.Clock.Now);
        n1.Pass(TimeSpan.FromMinutes(1));

        n1.Module.AllowCandidacy(n1.Clock.Now);

        Assert.True(n1.Module.NextDeadline > n1.Clock.Now);
        Assert.NotEmpty(n1.TimeOut());
    }

    [Fact]
    public void Leader_GivesUp_TakesNoProposalsFromThenOn()
    {
        SingleModule n1 = SingleModule.Leader();

        Assert.Equal(TransferStart.Begun, n1.Module.BeginGivingUp("n2", Timeout, n1.Clock.Now));

        Assert.Equal(ProposeResult.TransferUnderWay, n1.Module.Propose(default, default, out _)); // although n2 lacks what it has
        Assert.Equal(TransferPhase.CatchingUp, n1.Module.Transfer!.Phase);
    }

    [Fact]
    public void Leader_GivesUpDuringATransfer_ShortensItAndTakesNoProposals()
    {
        SingleModule n1 = SingleModule.Leader();
        n1.Module.BeginTransfer("n3", TimeSpan.FromHours(1), n1.Clock.Now);

        Assert.Equal(TransferStart.Begun, n1.Module.BeginGivingUp("n2", Timeout, n1.Clock.Now));

        Assert.Equal(("n3", n1.Clock.Now + Timeout), (n1.Module.Transfer!.Target.Value, n1.Module.Transfer.Deadline));
        Assert.Equal(ProposeResult.TransferUnderWay, n1.Module.Propose(default, default, out _));
    }

    [Fact]
    public void Follower_HearsOfACommitIndexBeyondItsLog_KnowsIt()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);

        n1.Deliver(Make.Append("n2", 1, 1, 1, commit: 900));

        Assert.Equal((1, 900), (n1.Module.CommitIndex, n1.Module.KnownCommitIndex));
        n1.Deliver(Make.Append("n2", 1, 1, 1, commit: 800)); // late
        Assert.Equal(900, n1.Module.KnownCommitIndex);
    }

    /// <summary>One message with a wrong number must not make this node look far behind for good.</summary>
    [Fact]
    public void Follower_HeardOfAWrongCommitIndex_IsCorrectedByTheNextLeader()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, commit: 1L << 61));

        n1.Deliver(Make.Append("n3", 2, 1, 1, 1, 2));
        Assert.Equal(1L << 61, n1.Module.KnownCommitIndex); // n3 may not know yet what is committed
        n1.Deliver(Make.Append("n3", 2, 2, 2, commit: 2));
        n1.Deliver(Make.Append("n3", 2, 2, 2, commit: 7));

        Assert.Equal(7, n1.Module.KnownCommitIndex);
    }

    [Fact]
    public void Leader_HeardOfAWrongCommitIndex_KnowsBetterOnceItHasCommitted()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, commit: 1L << 61));
        n1.Lead();

        n1.Deliver(Make.Accept(n1.TakeSent<AppendEntriesMessage>()[0]));

        Assert.Equal((2, 2), (n1.Module.CommitIndex, n1.Module.KnownCommitIndex));
    }

    private static (RaftRole Role, long Term, string? Vote, string? Leader) State(SingleModule node) =>
        (node.Module.Role, node.Module.Term, node.Module.VotedFor?.Value, node.Module.Leader?.Value);
}
