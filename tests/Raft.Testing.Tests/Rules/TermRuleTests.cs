namespace Raft.Testing.Tests.Rules;

/// <summary>
/// Rules that judge votes, terms and what a leader knows of its followers: each is shown what it must find, and what it must let
/// pass.
/// </summary>
public sealed class TermRuleTests
{
    private readonly RuleLab _lab = new();

    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(1, 9, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 1, false)]
    public void UpToDateVotes_Vote_MustNotGoToAShorterOrOlderLog(long lastTerm, long lastIndex, bool isBroken)
    {
        UpToDateVotes rule = new();
        _lab.Write("n1", new HardState(2, null), 1, 1, 2, 2);
        rule.OnSent(_lab["n2"], SampleMessages.Vote("n2", "n1") with { Term = 4, LastLogTerm = lastTerm, LastLogIndex = lastIndex });

        string? broken = rule.OnWriting(_lab["n1"], new LogWrite(new HardState(4, "n2"), 0, default));

        Assert.Equal(isBroken, broken is not null);
    }

    [Fact]
    public void UpToDateVotes_PreVoteForAShorterLog_IsFound()
    {
        UpToDateVotes rule = new();
        _lab.Write("n1", new HardState(2, null), 1, 1, 2, 2);
        RequestVoteMessage request = SampleMessages.Vote("n2", "n1") with
        {
            Term = 4,
            LastLogTerm = 2,
            LastLogIndex = 2,
            IsPreVote = true,
            Correlation = 7,
        };
        RequestVoteReplyMessage grant = new()
        {
            From = "n1",
            To = "n2",
            Origin = Origins.Simulated,
            Term = 4,
            VoteGranted = true,
            IsPreVote = true,
            Correlation = 7,
        };
        rule.OnSent(_lab["n2"], request);

        Assert.Contains(
            "its pre-vote for term 4, whose log ends with entry 2 of term 2; its own ends with entry 3 of term 2",
            rule.OnSent(_lab["n1"], grant),
            StringComparison.Ordinal);
        Assert.Null(rule.OnSent(_lab["n1"], grant with { VoteGranted = false }));
    }

    [Fact]
    public void ElectionNeedsQuorum_VotesOfAnotherTermOrKind_DoNotCount()
    {
        ElectionNeedsQuorum rule = new(new ReferenceQuorum<NodeId>(["n1", "n2", "n3"], ["n3", "n4", "n5"]));
        NodeSituation before = RuleLab.Situation(RaftRole.Candidate, term: 4);
        NodeSituation leader = RuleLab.Situation(RaftRole.Leader, term: 4);

        rule.OnDelivered(_lab["n1"], VoteOf("n2"));
        rule.OnDelivered(_lab["n1"], VoteOf("n3"));
        rule.OnDelivered(_lab["n1"], VoteOf("n4") with { Term = 3 });
        rule.OnDelivered(_lab["n1"], VoteOf("n4") with { VoteGranted = false });
        rule.OnDelivered(_lab["n1"], VoteOf("n4") with { IsPreVote = true });
        rule.OnDelivered(_lab["n2"], VoteOf("n4") with { To = "n2" });
        Assert.Equal("n1 leads term 4 with the votes of n1, n2, n3 only.", rule.OnChanged(_lab["n1"], in before, in leader));
        Assert.Null(rule.OnChanged(_lab["n1"], in leader, in leader)); // it was judged when it became the leader

        rule.OnDelivered(_lab["n1"], VoteOf("n4"));
        Assert.Null(rule.OnChanged(_lab["n1"], in before, in leader));
        Assert.Null(rule.OnChanged(_lab["n1"], in before, in before));

        NodeSituation next = RuleLab.Situation(RaftRole.Leader, term: 5);
        Assert.Equal("n1 leads term 5 with the votes of n1 only.", rule.OnChanged(_lab["n1"], in leader, in next));
    }

    [Fact]
    public void TermsBeginWithCandidates_TermOfNobody_IsFound()
    {
        TermsBeginWithCandidates rule = new();

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(new HardState(3, "n1"), 0, default)));
        Assert.Null(rule.OnWriting(_lab["n2"], new LogWrite(new HardState(3, null), 0, default)));
        Assert.Contains(
            "n2 enters term 4", rule.OnWriting(_lab["n2"], new LogWrite(new HardState(4, null), 0, default)), StringComparison.Ordinal);
        Assert.Null(rule.OnSent(_lab["n3"], SampleMessages.Vote("n3", "n2") with { Term = 4 }));
        Assert.Null(rule.OnWriting(_lab["n2"], new LogWrite(new HardState(4, null), 0, default)));
    }

    [Fact]
    public void MatchOnlyGrows_SendsAgainWhatWasAcknowledged_IsFound()
    {
        MatchOnlyGrows rule = new();
        AppendEntriesReplyMessage reply = new()
        {
            From = "n2",
            To = "n1",
            Origin = Origins.Simulated,
            Term = 2,
            Success = true,
            PrevLogIndex = 0,
            LastIndex = 5,
        };
        AppendEntriesMessage append = SampleMessages.Append("n1", "n2") with { Term = 2, PrevLogIndex = 4 };
        Assert.Null(rule.OnSent(_lab["n1"], append));

        rule.OnDelivered(_lab["n1"], reply);

        Assert.Contains(
            "sends n2 what follows 4, after it had acknowledged everything up to 5",
            rule.OnSent(_lab["n1"], append),
            StringComparison.Ordinal);
        Assert.Null(rule.OnSent(_lab["n1"], append with { PrevLogIndex = 5 }));
        Assert.Null(rule.OnSent(_lab["n1"], append with { Term = 3 }));
    }

    [Fact]
    public void FollowersCommit_BeyondWhatAMessageVerified_IsFound()
    {
        SimulatedCluster cluster = new(nodes: 3);
        cluster.Start();
        FollowersCommit rule = new();
        SimulatedNode node = cluster["n2"];
        rule.OnDelivered(node, SampleMessages.Append("n1", "n2") with { PrevLogIndex = 3, LeaderCommit = 9, Entries = default });

        Assert.Null(rule.OnChanged(node, RuleLab.Situation(), RuleLab.Situation(commit: 3)));
        Assert.Contains(
            "no leader has sent it a commit index above 3",
            rule.OnChanged(node, RuleLab.Situation(), RuleLab.Situation(commit: 4)),
            StringComparison.Ordinal);
        Assert.Null(rule.OnChanged(node, RuleLab.Situation(), RuleLab.Situation(RaftRole.Leader, commit: 4)));
        Assert.Null(rule.OnChanged(node, RuleLab.Situation(commit: 3), RuleLab.Situation(commit: 4))); // it led meanwhile
    }

    private static RequestVoteReplyMessage VoteOf(NodeId voter) => new()
    {
        From = voter,
        To = "n1",
        Origin = Origins.Simulated,
        Term = 4,
        VoteGranted = true,
    };
}
