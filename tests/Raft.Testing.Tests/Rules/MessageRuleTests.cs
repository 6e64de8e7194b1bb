namespace Raft.Testing.Tests.Rules;

/// <summary>Rules that judge what a node sends: each is shown what it must find, and what it must let pass.</summary>
public sealed class MessageRuleTests
{
    private readonly RuleLab _lab = new();

    [Fact]
    public void ElectionSafety_TwoLeadersInATerm_NamesThem()
    {
        ElectionSafety rule = new();

        Assert.Null(rule.OnSent(_lab["n1"], SampleMessages.Append("n1", "n2")));
        Assert.Null(rule.OnSent(_lab["n1"], SampleMessages.Append("n1", "n3")));
        Assert.Null(rule.OnSent(_lab["n2"], SampleMessages.Append("n2", "n3") with { Term = 2 }));
        Assert.Equal("term 1 has two leaders, n1 and n2.", rule.OnSent(_lab["n2"], SampleMessages.Append("n2", "n1")));
        Assert.Equal(2, rule.Elections);
    }

    [Fact]
    public void ElectionSafety_LeaderThatOnlyThinksSo_Counts()
    {
        ElectionSafety rule = new();

        Assert.Null(rule.OnChanged(_lab["n1"], RuleLab.Situation(), RuleLab.Situation(RaftRole.Leader)));
        Assert.Contains(
            "two leaders, n1 and n2",
            rule.OnChanged(_lab["n2"], RuleLab.Situation(), RuleLab.Situation(RaftRole.Leader)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void BoundedMemory_MessageBeyondItsLimit_IsFound()
    {
        SimulatedCluster cluster = new(
            nodes: 3, configure: options => (options.MaximumMessageBytes, options.SnapshotChunkBytes) = (100, 3));
        cluster.Start();
        SimulatedNode node = cluster["n1"];
        BoundedMemory rule = new();

        Assert.Null(rule.OnSent(node, SampleMessages.Append("n1", "n2", 0, "a", "b", "c"))); // 33 bytes each
        Assert.Null(rule.OnSent(node, SampleMessages.Append("n1", "n2", 0, new string('a', 1_000)))); // a single entry always goes
        Assert.Equal(
            "n1 sends 3 entries of 101 bytes, and MaximumMessageBytes is 100.",
            rule.OnSent(node, SampleMessages.Append("n1", "n2", 0, "aa", "bb", "c")));
        Assert.Null(rule.OnSent(node, SampleMessages.Install("n1", "n2")));
        Assert.Equal(
            "n1 sends a chunk of 4 bytes, and SnapshotChunkBytes is 3.",
            rule.OnSent(node, SampleMessages.Install("n1", "n2") with { Data = new byte[4] }));
    }

    [Fact]
    public void OneVotePerTerm_SecondVote_IsFoundAlsoInALaterLife()
    {
        OneVotePerTerm rule = new();
        RequestVoteReplyMessage grant = new() { From = "n1", To = "n2", Origin = Origins.Simulated, Term = 1, VoteGranted = true };

        Assert.Null(rule.OnSent(_lab["n1"], grant));
        Assert.Null(rule.OnSent(_lab["n1"], grant));
        Assert.Null(rule.OnSent(_lab["n1"], grant with { To = "n3", VoteGranted = false }));
        Assert.Null(rule.OnSent(_lab["n1"], grant with { To = "n3", IsPreVote = true }));
        Assert.Equal("n1 votes for n3 in term 1, after it voted for n2.", rule.OnSent(_lab["n1"], grant with { To = "n3" }));
    }

    [Fact]
    public void OneVotePerTerm_CandidateThatVotedForAnother_IsFound()
    {
        OneVotePerTerm rule = new();

        RequestVoteReplyMessage grant = new() { From = "n1", To = "n2", Origin = Origins.Simulated, Term = 1, VoteGranted = true };
        Assert.Null(rule.OnSent(_lab["n1"], grant));
        Assert.NotNull(rule.OnSent(_lab["n1"], SampleMessages.Vote("n1", "n3") with { Term = 1 }));
    }

    [Fact]
    public void PersistBeforeSend_GrantThatTheDiskDoesNotKnow_IsFound()
    {
        PersistBeforeSend rule = new();
        RequestVoteReplyMessage grant = new() { From = "n1", To = "n2", Origin = Origins.Simulated, Term = 1, VoteGranted = true };
        _lab.WriteInMemory("n1", new HardState(1, "n2"), 1);

        Assert.Contains("its disk is in term 0", rule.OnSent(_lab["n1"], grant), StringComparison.Ordinal);

        _lab["n1"].Storage.Release();
        _lab.Write("n1", new HardState(1, "n2"), 1);
        Assert.Null(rule.OnSent(_lab["n1"], grant));
        Assert.Contains("its disk does not say so", rule.OnSent(_lab["n1"], grant with { To = "n3" }), StringComparison.Ordinal);
    }

    [Fact]
    public void PersistBeforeSend_AcknowledgementBeyondTheDisk_IsFound()
    {
        PersistBeforeSend rule = new();
        _lab.Write("n1", new HardState(1, null), 1, 1);
        _lab.WriteInMemory("n1", null, 2, 1);
        AppendEntriesReplyMessage reply = new()
        {
            From = "n1",
            To = "n2",
            Origin = Origins.Simulated,
            Term = 1,
            Success = true,
            PrevLogIndex = 0,
            LastIndex = 1,
        };

        Assert.Null(rule.OnSent(_lab["n1"], reply));
        Assert.Contains("acknowledges entries up to 2", rule.OnSent(_lab["n1"], reply with { LastIndex = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void PersistBeforeSend_OwnVoteNotOnDisk_IsFound()
    {
        PersistBeforeSend rule = new();
        _lab.Write("n1", new HardState(1, "n2"), 1);

        Assert.Contains(
            "its own is not on its disk",
            rule.OnSent(_lab["n1"], SampleMessages.Vote("n1", "n2") with { Term = 1 }),
            StringComparison.Ordinal);
        Assert.Null(rule.OnSent(_lab["n1"], SampleMessages.Vote("n1", "n2") with { Term = 9, IsPreVote = true }));
    }

    [Fact]
    public void PersistBeforeSend_LeaderWhoseOwnVoteIsNotDurable_IsFound()
    {
        PersistBeforeSend rule = new();
        NodeSituation candidate = RuleLab.Situation(RaftRole.Candidate, term: 2);
        NodeSituation leader = RuleLab.Situation(RaftRole.Leader, term: 2);
        _lab.WriteInMemory("n1", new HardState(2, "n1"), 1);
        Assert.Contains(
            "n1 leads term 2, and its own vote is not on its disk",
            rule.OnChanged(_lab["n1"], candidate, leader),
            StringComparison.Ordinal);

        _lab["n1"].Storage.Release();
        _lab.Write("n1", new HardState(2, "n1"), 1);

        Assert.Null(rule.OnChanged(_lab["n1"], candidate, leader));
    }

    [Fact]
    public void Monotony_TermBelowTheOneItSentInAnEarlierLife_IsFound()
    {
        Monotony rule = new();
        Assert.Null(rule.OnSent(_lab["n1"], SampleMessages.Append("n1", "n2") with { Term = 5 }));

        Assert.Null(rule.OnChanged(_lab["n1"], RuleLab.Situation(term: 0), RuleLab.Situation(term: 5)));
        Assert.Contains(
            "had sent messages of term 5", rule.OnChanged(_lab["n1"], default, RuleLab.Situation(term: 4)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 1)]
    public void Monotony_AnythingThatFallsInALife_IsFound(long term, long commit, long applied)
    {
        string? broken = new Monotony().OnChanged(
            _lab["n1"],
            RuleLab.Situation(term: 2, last: 2, commit: 2, applied: 2),
            RuleLab.Situation(term: term, last: 2, commit: commit, applied: applied));

        Assert.StartsWith("n1 fell from term 2, committed 2, applied 2", broken, StringComparison.Ordinal);
    }
}
