namespace Raft.Testing.Tests.Rules;

/// <summary>Rules that judge logs and what is taken for committed: each is shown what it must find, and what it must let pass.</summary>
public sealed class LogRuleTests
{
    private readonly RuleLab _lab = new();
    private readonly CommittedLog _committed = new();

    [Fact]
    public void LogMatching_SameIndexAndTermAfterAnotherHistory_IsFound()
    {
        LogMatching rule = new();
        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(null, 1, RuleLab.Entries(1, 2))));
        Assert.Null(rule.OnWriting(_lab["n2"], new LogWrite(null, 1, RuleLab.Entries(1, 2))));

        Assert.Contains(
            "index 2 and term 2 after another history",
            rule.OnWriting(_lab["n3"], new LogWrite(null, 1, RuleLab.Entries(2, 2))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_LeaderCommitsWhatAMajorityHolds_IsRight()
    {
        _lab.Write("n1", new HardState(1, "n1"), 1, 1);
        _lab.Write("n2", new HardState(1, "n1"), 1, 1);

        Assert.Null(Commit("n1", term: 1, index: 1));
        Assert.Equal(1, _committed.LastIndex);
    }

    [Fact]
    public void CommitRule_LeaderSendsACommitIndexBeforeItsStatusShowsIt_Counts()
    {
        _lab.Write("n1", new HardState(1, "n1"), 1, 1, 1);
        _lab.Write("n2", new HardState(1, "n1"), 1, 1);
        CommitRule rule = Rule();
        AppendEntriesMessage append = SampleMessages.Append("n1", "n2") with { Term = 1, LeaderCommit = 1 };

        Assert.Null(rule.OnSent(_lab["n1"], append));
        Assert.Equal(1, _committed.LastIndex);
        Assert.Contains(
            "which 1 of 3 nodes hold durably", rule.OnSent(_lab["n1"], append with { LeaderCommit = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_MajorityHoldsItInMemoryOnly_IsFound()
    {
        _lab.Write("n1", new HardState(1, "n1"), 1, 1);
        _lab.WriteInMemory("n2", new HardState(1, "n1"), 1, 1);

        Assert.Contains("which 1 of 3 nodes hold durably", Commit("n1", term: 1, index: 1), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_EntryOfAnEarlierTermByCounting_IsFound()
    {
        _lab.Write("n1", new HardState(2, "n1"), 1, 1);
        _lab.Write("n2", new HardState(2, "n1"), 1, 1);

        Assert.Contains("commits entry 1 of term 1 by counting", Commit("n1", term: 2, index: 1), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_FollowerTakesForCommittedWhatNobodyCommitted_IsFound()
    {
        _lab.Write("n2", new HardState(1, "n1"), 1, 1);

        Assert.Contains("which no leader has committed", Commit("n2", term: 1, index: 1, RaftRole.Follower), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_FollowersStaleSuffix_IsFound()
    {
        CommitOnTwo(1, 2);
        _lab.Write("n3", new HardState(2, null), 1, 1, 1);

        Assert.Contains("n3 takes its entry 2 for committed", Commit("n3", term: 2, index: 2, RaftRole.Follower), StringComparison.Ordinal);
    }

    [Fact]
    public void CommitRule_SecondLeaderCommitsAnotherEntry_IsFound()
    {
        CommitOnTwo(1, 1);
        _lab.Write("n1", new HardState(3, null), 2, 3);
        _lab.Write("n2", new HardState(3, null), 2, 3);

        Assert.Contains("another entry 2 than was committed before", Commit("n2", term: 3, index: 2), StringComparison.Ordinal);
    }

    [Fact]
    public void LeaderCompleteness_LeaderOfALaterTermWithoutTheCommitted_IsFound()
    {
        CommitOnTwo(1, 1);
        LeaderCompleteness rule = new(_committed);

        Assert.Null(rule.OnChanged(_lab["n2"], RuleLab.Situation(term: 2), RuleLab.Situation(RaftRole.Leader, term: 2)));
        Assert.Contains(
            "n3 leads term 2 without the entries up to 2",
            rule.OnChanged(_lab["n3"], RuleLab.Situation(term: 2), RuleLab.Situation(RaftRole.Leader, term: 2)),
            StringComparison.Ordinal);
    }

    /// <summary>Late votes may still elect a leader of an earlier term. It then has no followers.</summary>
    [Fact]
    public void LeaderCompleteness_LateLeaderOfAnEarlierTerm_IsRight()
    {
        _lab.Write("n1", new HardState(5, "n1"), 1, 5);
        _lab.Write("n2", new HardState(5, "n1"), 1, 5);
        Assert.Null(Commit("n1", term: 5, index: 1));

        Assert.Null(new LeaderCompleteness(_committed).OnChanged(
            _lab["n3"], RuleLab.Situation(term: 4), RuleLab.Situation(RaftRole.Leader, term: 4)));
    }

    [Fact]
    public void AppliedBounds_BeyondWhatIsDurable_IsFound()
    {
        CommitOnTwo(1, 1);
        _lab.WriteInMemory("n3", new HardState(1, null), 1, 1, 1);

        Assert.Contains(
            "with 2 committed, 0 durable",
            new AppliedBounds(_committed).OnChanged(_lab["n3"], RuleLab.Situation(), RuleLab.Situation(last: 2, commit: 2, applied: 1)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AppliedBounds_AnotherEntryThanTheCommitted_IsFound()
    {
        CommitOnTwo(1, 1);
        _lab.Write("n3", new HardState(2, null), 1, 1, 2);

        Assert.Contains(
            "has applied an entry 2 that the cluster has not committed",
            new AppliedBounds(_committed).OnChanged(_lab["n3"], RuleLab.Situation(), RuleLab.Situation(last: 2, commit: 2, applied: 2)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void LeaderAppendOnly_LeaderOverwrites_IsFound()
    {
        _lab.Write("n1", new HardState(1, "n1"), 1, 1, 1);
        LeaderAppendOnly rule = new();
        _lab["n1"].Situation = RuleLab.Situation(RaftRole.Leader, term: 1, last: 2);

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(null, 3, RuleLab.Entries(1))));
        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(new HardState(2, null), 2, RuleLab.Entries(2))));
        Assert.Contains(
            "overwrites its log from index 2 on",
            rule.OnWriting(_lab["n1"], new LogWrite(null, 2, RuleLab.Entries(1))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void TimesNeverFall_EntryEarlierThanTheOneBefore_IsFound()
    {
        _lab.Write("n1", new HardState(1, "n1"), 1, 1);
        TimesNeverFall rule = new(_committed);

        Assert.Null(rule.OnWriting(_lab["n1"], At(2, 0, 0, 5)));
        Assert.Contains("entry 2", rule.OnWriting(_lab["n1"], At(2, -1)), StringComparison.Ordinal);
        Assert.Contains("entry 3", rule.OnWriting(_lab["n1"], At(2, 5, 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void TimesNeverFall_EntryEarlierThanTheSnapshotBeforeIt_IsFound()
    {
        CommitOnTwo(1, 1);
        _lab["n3"].Storage.Hold();
        _ = _lab["n3"].Store.ResetAsync(2, 1).AsTask();
        TimesNeverFall rule = new(_committed);

        Assert.Null(rule.OnWriting(_lab["n3"], At(3, 0)));
        Assert.Contains("entry 3", rule.OnWriting(_lab["n3"], At(3, -1)), StringComparison.Ordinal);
    }

    /// <summary>Entries so many seconds after 1970, which is the time of all others here.</summary>
    private static LogWrite At(long firstIndex, params long[] seconds) => new(
        null,
        firstIndex,
        seconds
            .Select(static each => new LogEntry(1, EntryKind.Command, new byte[] { 1 }, DateTimeOffset.UnixEpoch.AddSeconds(each)))
            .ToArray());

    private string? Commit(string id, long term, long index, RaftRole role = RaftRole.Leader) => Rule().OnChanged(
        _lab[id], RuleLab.Situation(role, term, last: index), RuleLab.Situation(role, term, last: index, commit: index));

    /// <summary>n1 leads term 1 or 2, and commits entries of these terms with n2.</summary>
    private void CommitOnTwo(params long[] terms)
    {
        _lab.Write("n1", new HardState(terms[^1], "n1"), 1, terms);
        _lab.Write("n2", new HardState(terms[^1], "n1"), 1, terms);
        Assert.Null(Commit("n1", terms[^1], terms.Length));
    }

    private CommitRule Rule() => new(_committed, _lab.Nodes, new ReferenceQuorum<NodeId>([.. _lab.Nodes.Select(node => node.Id)]));
}
