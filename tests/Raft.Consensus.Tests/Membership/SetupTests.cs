using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>Nodes that were set up differently, and messages that prove it: both sides learn of it, and nothing else follows.</summary>
public sealed class SetupTests
{
    private static readonly MessageOrigin Other = Make.Origin with { OptionsDigest = 2 };

    [Fact]
    public void MemberWithOtherOptions_IsAskedOnceAMinute()
    {
        SingleModule n1 = WithDigest(1);
        List<RaftMessage> sent = [];
        for (int second = 0; second <= 120; second++)
        {
            sent.AddRange(n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other })));
            n1.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, sent.OfType<SetupRequestMessage>().Count());
        Assert.All(sent.OfType<SetupRequestMessage>(), static request => Assert.Equal("n2", request.To.Value));
        Assert.Equal(3, n1.TakeNotices().OfType<OptionsDifferNotice>().Count());
    }

    [Fact]
    public void MemberWithOtherOptions_ThatIsSilent_IsAskedThreeTimesMore()
    {
        SingleModule n1 = WithDigest(1);
        n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other }));

        RaftMessage[] sent = n1.Pass(TimeSpan.FromMinutes(10));

        Assert.Equal(3, sent.OfType<SetupRequestMessage>().Count());
        RaftMessage[] again = n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other }));
        Assert.Single(again.OfType<SetupRequestMessage>());
    }

    [Fact]
    public void MemberWithOtherOptions_ThatGetsTheSame_IsReported()
    {
        SingleModule n1 = WithDigest(1);
        n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other }));
        n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other with { OptionsDigest = 1 } }));
        n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other with { OptionsDigest = 1 } }));

        Assert.Equal([new OptionsDifferNotice("n2"), new OptionsAgreeNotice("n2")], n1.TakeNotices());
    }

    [Fact]
    public void SetupRequest_IsAnsweredAndChangesNothing()
    {
        SingleModule n1 = WithDigest(1);
        SetupReplyMessage reply = Assert.IsType<SetupReplyMessage>(Assert.Single(n1.Deliver(
            (RaftMessage)new SetupRequestMessage { From = "n2", To = "n1", Origin = Make.Origin, Term = 1_000, Correlation = 5 })));

        Assert.Equal(("n2", 0, 5, true), (reply.To.Value, reply.Term, reply.Correlation, reply.ListsReceiver));
        Assert.Equal([new SetupValue("PreVote", "true")], reply.Values);
        Assert.Equal((0, null), (n1.Module.Term, n1.Module.Leader));
        Assert.Equal(1, n1.Module.ReachableMembers);
    }

    [Fact]
    public void SetupReply_IsReportedAndChangesNothing()
    {
        SingleModule n1 = WithDigest(1);
        SetupValue[] values = [new("PreVote", "false")];

        RaftMessage[] answers = n1.Deliver((RaftMessage)(Reply(values) with { Term = 1_000 }));

        Assert.IsType<SetupRequestMessage>(Assert.Single(answers)); // its options differ, as every message shows

        SetupNotice notice = Assert.IsType<SetupNotice>(Assert.Single(n1.TakeNotices().OfType<SetupNotice>()));
        Assert.Equal(("n2", values), (notice.Member.Value, notice.Values));
        Assert.Equal(0, n1.Module.Term);
    }

    [Fact]
    public void SetupReply_OfANodeThatDoesNotListThisOne_IsReported()
    {
        SingleModule n1 = WithDigest(1);
        n1.Deliver((RaftMessage)(Reply([]) with { ListsReceiver = false }));

        Assert.Contains(new NotListedNotice("n2"), n1.TakeNotices());
    }

    /// <summary>Nothing would end the comparison.</summary>
    [Fact]
    public void SetupReply_OfANodeThatIsNotAMember_IsNotCompared()
    {
        SingleModule n1 = WithDigest(1);

        n1.Deliver((RaftMessage)(Reply([]) with { From = "n9" }));

        Assert.Empty(n1.TakeNotices().OfType<SetupNotice>());
    }

    [Fact]
    public void MemberWithOtherOptions_ThatIsRemoved_IsNotAskedAgain()
    {
        SingleModule n1 = WithDigest(1);
        n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with { Origin = Other, Entries = new[] { Make.Configuration(1, "n1", "n2") } }));
        n1.Deliver((RaftMessage)(Reply([]) with { From = "n3", Term = 1 })); // n3 is no longer a member
        Assert.Equal([new OptionsDifferNotice("n2")], n1.TakeNotices());

        AppendEntriesMessage removal = Make.Append("n2", 1, 1, 1, 0) with { Entries = new[] { Make.Configuration(1, "n1", "n3") } };
        n1.Deliver((RaftMessage)(removal with { Origin = Other }));
        Assert.Contains(new DifferingNodeLeftNotice("n2"), n1.TakeNotices());

        Assert.Empty(n1.Pass(TimeSpan.FromMinutes(2)).OfType<SetupRequestMessage>());
    }

    /// <summary>It is answered like any other: it may be a new member. But if it continues, both sides report it.</summary>
    [Fact]
    public void UnlistedSender_ThatGoesOnForAMinute_IsReportedAndToldOnceAMinute()
    {
        SingleModule n1 = WithDigest(1);
        List<RaftMessage> sent = [];
        for (int second = 0; second < 150; second++)
        {
            RequestVoteMessage request = Make.RequestVote("n9", 1, 0, 0, isPreVote: true);
            RaftMessage[] answers = n1.Deliver((RaftMessage)request);
            Assert.Contains(answers, static answer => answer is RequestVoteReplyMessage);
            sent.AddRange(answers);
            n1.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        SetupReplyMessage[] told = [.. sent.OfType<SetupReplyMessage>()];
        Assert.Equal(2, told.Length);
        Assert.All(told, static reply => Assert.Equal(("n9", false), (reply.To.Value, reply.ListsReceiver)));
        Assert.Equal(2, n1.TakeNotices().OfType<UnlistedSenderNotice>().Count());
        Assert.Equal(1, n1.Module.ReachableMembers);
    }

    [Fact]
    public void UnlistedSender_ThatIsSilentForAMinute_BeginsAnew()
    {
        SingleModule n1 = WithDigest(1);
        for (int i = 0; i < 5; i++)
        {
            n1.Deliver((RaftMessage)Make.RequestVote("n9", 1, 0, 0, isPreVote: true));
            n1.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Empty(n1.TakeNotices().OfType<UnlistedSenderNotice>());
    }

    [Fact]
    public void SecondLeader_OfAFollower_IsRefusedReportedAndTold()
    {
        SingleModule n1 = WithDigest(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        RaftMessage[] answers = n1.Deliver((RaftMessage)Make.Append("n3", 1, 0, 0, 0));

        Assert.False(Assert.Single(answers.OfType<AppendEntriesReplyMessage>()).Success);
        Assert.Equal("n2", Assert.Single(answers.OfType<SetupReplyMessage>()).Leader?.Value);
        Assert.Contains(new SecondLeaderNotice("n3", "n2", 1), n1.TakeNotices());
        Assert.Equal("n2", n1.Module.Leader?.Value);
    }

    /// <summary>The other leader learns it from the reply, also if no message of the first leader reaches it.</summary>
    [Fact]
    public void SecondLeader_ThatIsTold_ReportsIt()
    {
        SingleModule n1 = SingleModule.Leader();
        n1.Deliver((RaftMessage)(Reply([]) with { Term = n1.Module.Term, Leader = "n2" }));
        n1.Deliver((RaftMessage)(Reply([]) with { Term = n1.Module.Term - 1, Leader = "n2" }));

        Assert.Equal([new SecondLeaderNotice("n2", "n1", n1.Module.Term)], n1.TakeNotices().OfType<SecondLeaderNotice>());
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    private static SetupReplyMessage Reply(SetupValue[] values) => new()
    {
        From = "n2",
        To = "n1",
        Origin = Other,
        Term = 0,
        Values = values,
        ListsReceiver = true,
    };

    private static SingleModule WithDigest(ulong digest) => new(
        new ConsensusOptions
        {
            NodeId = "n1",
            InitialConfiguration = new ClusterConfiguration(["n1", "n2", "n3"]),
            OptionsDigest = digest,
            Setup = [new SetupValue("PreVote", "true")],
        },
        new TestDisk());
}
