using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Receiving;

/// <summary>Section 5.1: what the term of a message does, for every kind of message, and the exceptions from the rule.</summary>
public sealed class TermRuleTests
{
    private static readonly IReadOnlyDictionary<string, Func<long, RaftMessage>> Kinds = new Dictionary<string, Func<long, RaftMessage>>
    {
        ["append entries"] = term => Make.Append("n2", term, 0, 0, 0),
        ["append entries reply"] = term => Reply(Make.Append("n1", term, 0, 0, 0)),
        ["install snapshot"] = term => Make.Install("n2", term, new TestSnapshot(2, 1, [1])),
        ["install snapshot reply"] = term => Make.Want(Make.Install("n1", term, new TestSnapshot(2, 1, [1])) with { To = "n2" }),
        ["request vote"] = term => Make.RequestVote("n2", term, 9, 1),
        ["vote"] = term => Make.Vote(Make.RequestVote("n1", term, 0, 0) with { To = "n2" }, granted: true),
        ["refused vote"] = term => Make.Vote(Make.RequestVote("n1", term, 0, 0) with { To = "n2" }, granted: false),
        ["refused pre-vote"] = term => Make.Vote(Make.RequestVote("n1", term, 0, 0, isPreVote: true) with { To = "n2" }, granted: false),
        ["pre-vote request"] = term => Make.RequestVote("n2", term, 9, 1, isPreVote: true),
        ["pre-vote"] = term => Make.Vote(Make.RequestVote("n1", term, 0, 0, isPreVote: true) with { To = "n2" }, granted: true),
    };

    public static TheoryData<string> AllKinds => [.. Kinds.Keys];

    public static TheoryData<string> RaisingKinds => [.. Kinds.Keys.Where(kind => kind is not ("pre-vote request" or "pre-vote"))];

    public static TheoryData<string> Requests => ["append entries", "install snapshot", "request vote", "pre-vote request"];

    public static TheoryData<string> Replies => [.. Kinds.Keys.Except(Requests.Select(row => row.Data))];

    [Theory]
    [MemberData(nameof(RaisingKinds))]
    public void Leader_MessageOfALargerTerm_FollowsThatTerm(string kind)
    {
        SingleModule n1 = SingleModule.Leader();

        n1.Deliver(Kinds[kind](7));

        Assert.Equal((RaftRole.Follower, 7), (n1.Module.Role, n1.Module.Term));
        Assert.Equal(7, n1.Disk.HardState.Term);
    }

    [Theory]
    [InlineData("pre-vote request")]
    [InlineData("pre-vote")]
    public void Leader_PreVoteOfALargerTerm_KeepsItsTerm(string kind)
    {
        SingleModule n1 = SingleModule.Leader();

        n1.Deliver(Kinds[kind](7));

        Assert.Equal((RaftRole.Leader, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Follower_VoteRequestWhileItsLeaderIsAlive_RefusesInItsOwnTerm()
    {
        SingleModule n1 = new(settings: Settings.Default);
        n1.Deliver(Make.Append("n3", 3, 0, 0, 0));

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", 9, 9, 3));

        Assert.Equal((3, false), (reply.Term, reply.VoteGranted));
        Assert.Equal((3, "n3"), (n1.Module.Term, n1.Module.Leader));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void Follower_RequestOfASmallerTerm_AnswersWithItsTerm(string kind)
    {
        SingleModule n1 = SingleModule.Follower(5, 1, 5);

        RaftMessage reply = Assert.Single(n1.Deliver(Kinds[kind](3)));

        Assert.Equal(5, reply.Term);
        Assert.False(reply is AppendEntriesReplyMessage { Success: true } or RequestVoteReplyMessage { VoteGranted: true });
        Assert.False(reply is InstallSnapshotReplyMessage { IsInstalled: true });
        Assert.Equal((null, null), (n1.Module.Leader, n1.Module.VotedFor));
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void Leader_ReplyOfASmallerTerm_ChangesNothing(string kind)
    {
        SingleModule n1 = SingleModule.Leader(term: 4);

        Assert.Empty(n1.Deliver(Kinds[kind](3)));

        Assert.Equal((RaftRole.Leader, 5, 0), (n1.Module.Role, n1.Module.Term, n1.Module.CommitIndex));
    }

    /// <summary>A voter with a smaller term that sticks to its leader refuses in its own term; its answer decides the election.</summary>
    [Fact]
    public void Candidate_RefusalsOfASmallerTerm_LosesTheElection()
    {
        SingleModule n1 = new(term: 8);
        foreach (RequestVoteMessage request in n1.Campaign())
        {
            n1.Deliver(Make.Vote(request, granted: false, term: 3));
        }

        Assert.Equal((RaftRole.Follower, 9), (n1.Module.Role, n1.Module.Term));
    }

    /// <summary>A message that no correct node of this cluster sends raises no term, and is no sign of life.</summary>
    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Follower_MessageOfAnotherCluster_RaisesNoTermAndIsNotASignOfLife(string kind)
    {
        SingleModule n1 = SingleModule.Follower(1, 1);

        Assert.Empty(n1.Deliver(Kinds[kind](7) with { Origin = new MessageOrigin("other", null) }));

        Assert.Equal((1, 1, 1), (n1.Module.Term, n1.Module.IgnoredMessages, n1.Module.ReachableMembers));
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Follower_MessageFromItself_IsIgnored(string kind)
    {
        SingleModule n1 = SingleModule.Follower(1, 1);

        Assert.Empty(n1.Deliver(Kinds[kind](7) with { From = "n1" }));

        Assert.Equal((1, 1), (n1.Module.Term, n1.Module.IgnoredMessages));
    }

    private static AppendEntriesReplyMessage Reply(AppendEntriesMessage request) => Make.Accept(request with { To = "n2" }, lastIndex: 0);
}
