namespace Raft.Testing.Tests.Rules;

/// <summary>
/// Rules of configurations, joining, the stored commit index and transfers: each is shown what it must find, and what it must let pass.
/// </summary>
public sealed class MembershipRuleTests
{
    private readonly RuleLab _lab = new();
    private readonly CommittedLog _committed = new();

    [Fact]
    public void LatestConfiguration_ConfigurationThatTheNodeDoesNotFollow_IsFound()
    {
        LatestConfiguration rule = new();
        SimulatedNode node = SettledLeader();
        Assert.Null(rule.OnQuiet(node));

        ReplaceLastEntry(node, EntryKind.Configuration);

        AssertFound("n1 follows the configuration of entry 1, and the latest in its log is that of entry 2", rule.OnQuiet(node));
    }

    [Fact]
    public void LatestConfiguration_ConfigurationThatWasTruncated_IsFound()
    {
        LogImage log = new();
        log.Write(1, [Entry(EntryKind.Configuration), Entry(EntryKind.Configuration)]);
        Assert.Null(LatestConfiguration.FindStale("n1", followed: 2, log));

        log.Write(2, [Entry(EntryKind.Command)]);

        Assert.Null(LatestConfiguration.FindStale("n1", followed: 1, log));
        AssertFound(
            "follows the configuration of entry 2, and the latest in its log is that of entry 1",
            LatestConfiguration.FindStale("n1", followed: 2, log));
    }

    /// <summary>The log does not show which configuration a snapshot contains, but it contains one.</summary>
    [Fact]
    public void LatestConfiguration_ConfigurationOfTheOptionsAfterASnapshot_IsFound()
    {
        LogImage log = new();
        log.Reset(7, term: 1, hash: 0);

        Assert.Null(LatestConfiguration.FindStale("n1", followed: 5, log));
        AssertFound(
            "n1 follows the configuration of its options, and its log after 7 contains one",
            LatestConfiguration.FindStale("n1", followed: 0, log));
    }

    [Fact]
    public void JoiningNodesDoNotVote_VoteOfANodeThatJoins_IsFound()
    {
        JoiningNodesDoNotVote rule = new(_committed);
        _lab.Write("n1", RuleLab.Belonging(term: 1) with { Join = new JoinState(4) }, 1);

        Assert.Null(rule.OnSent(_lab["n1"], Grant("n1") with { VoteGranted = false }));
        Assert.Null(rule.OnSent(_lab["n2"], Grant("n2"))); // it does not join
        AssertFound("n1 sends RequestVoteReplyMessage of term 1, and it is joining", rule.OnSent(_lab["n1"], Grant("n1")));
        AssertFound("n1 sends RequestVoteMessage", rule.OnSent(_lab["n1"], SampleMessages.Vote("n1", "n2")));
    }

    [Fact]
    public void JoiningNodesDoNotVote_VoteWithoutWhatTheLostStoreHeld_IsFound()
    {
        JoiningNodesDoNotVote rule = new(_committed);
        _lab.Write("n1", new HardState(1, "n1"), 1, 1, 1);
        _lab.Write("n2", new HardState(1, "n1"), 1, 1, 1);
        CommitOnTwo(index: 2);
        rule.OnStoreLost(_lab["n3"]);

        _lab.Write("n3", RuleLab.Belonging(term: 1), 1, 1);

        AssertFound("n3 sends RequestVoteReplyMessage of term 1 with a log up to 1", rule.OnSent(_lab["n3"], Grant("n3")));
        _lab.Write("n3", null, 2, 1);
        Assert.Null(rule.OnSent(_lab["n3"], Grant("n3")));
    }

    /// <summary>A node that lags, or whose store is an older one, does not know that it has lost anything.</summary>
    [Fact]
    public void JoiningNodesDoNotVote_VoteOfANodeWithAnOlderStore_IsRight()
    {
        JoiningNodesDoNotVote rule = new(_committed);
        _lab.Write("n1", new HardState(1, "n1"), 1, 1, 1);
        _lab.Write("n2", new HardState(1, "n1"), 1, 1, 1);
        CommitOnTwo(index: 2);
        _lab.Write("n3", RuleLab.Belonging(term: 1), 1, 1);
        Assert.Null(rule.OnSent(_lab["n3"], Grant("n3")));

        rule.OnStoreLost(_lab["n3"]);

        Assert.Null(rule.OnSent(_lab["n3"], Grant("n3")));
    }

    [Fact]
    public void StoredCommitIndex_BeyondTheLog_IsFound()
    {
        StoredCommitIndex rule = new(_committed);
        _lab.Write("n1", RuleLab.Belonging(term: 1), 1, 1);

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(null, 2, default) { CommitIndex = 1 }));
        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(null, 2, RuleLab.Entries(1)) { CommitIndex = 2 }));
        AssertFound(
            "n1 stores commit index 2, and its log ends at 1",
            rule.OnWriting(_lab["n1"], new LogWrite(null, 2, default) { CommitIndex = 2 }));
        AssertFound(
            "n1 stores commit index 3, and its log ends at 2",
            rule.OnWriting(_lab["n1"], new LogWrite(null, 2, RuleLab.Entries(1)) { CommitIndex = 3 }));
    }

    [Fact]
    public void StoredCommitIndex_BeyondWhatIsCommitted_IsFound()
    {
        StoredCommitIndex rule = new(_committed);
        _lab.Write("n1", new HardState(1, "n1"), 1, 1, 1);
        _lab.Write("n2", new HardState(1, "n1"), 1, 1, 1);
        CommitOnTwo(index: 1);
        SimulatedNode node = _lab["n2"];
        node.Store.WrittenImage.CommitIndex = 1;
        Assert.Null(rule.OnChanged(node, RuleLab.Situation(), RuleLab.Situation(commit: 1)));

        node.Store.WrittenImage.CommitIndex = 2;

        AssertFound(
            "n2 has stored commit index 2, and 1 entries are committed",
            rule.OnChanged(node, RuleLab.Situation(), RuleLab.Situation(commit: 1)));
    }

    [Fact]
    public void TransfersLoseNothing_OutcomeThatATransferMadeUnknown_IsFound()
    {
        TransfersLoseNothing rule = new();
        Assert.Null(rule.OnQuiet(_lab["n1"]));

        _lab["n1"].LostByTransfer = "a";

        AssertFound("n1 has handed over its leadership, and the outcome of 'a' is unknown", rule.OnQuiet(_lab["n1"]));
    }

    /// <summary>The second leader is deposed before it can hand over: what its callers lose, they do not lose by a transfer.</summary>
    [Fact]
    public void TransfersLoseNothing_TransferThatFails_MayLeaveAnOutcomeUnknown()
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        SimulatedNode leader = cluster["n1"];
        SimulatedProposal answered = cluster.Submit("b", "n1");
        leader.BeginTransfer("n2");
        cluster.World.RunUntil(() => cluster.Leader == "n2", limit: null, "the transfer");
        Assert.Equal(ProposalFate.Committed, answered.Fate);
        Assert.Null(leader.LostByTransfer);

        cluster.Network.Isolate("n2");
        SimulatedProposal lost = cluster.Submit("c", "n2");
        cluster["n2"].BeginTransfer("n3");
        cluster.World.RunUntil(() => lost.Fate == ProposalFate.Unknown, limit: null, "the loss of the leadership");

        Assert.Null(cluster["n2"].LostByTransfer);
    }

    private static SimulatedNode SettledLeader()
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        SimulatedNode node = cluster["n1"];
        cluster.World.RunUntil(() => node.Store.UnderWay == 0, limit: null, "the writes of n1");
        return node;
    }

    /// <summary>Replaces the entry in the store; the node does not notice, and no other rule judges it.</summary>
    private static void ReplaceLastEntry(SimulatedNode node, EntryKind kind) =>
        node.Store.WrittenImage.Write(node.Store.WrittenImage.Entries.LastIndex, [Entry(kind)]);

    private static LogEntry Entry(EntryKind kind) => new(1, kind, default, SimulatedClock.Origin);

    private static RequestVoteReplyMessage Grant(string from) =>
        new() { From = from, To = "n2", Origin = Origins.Simulated, Term = 1, VoteGranted = true };

    private static void AssertFound(string expected, string? broken) => Assert.Contains(expected, broken, StringComparison.Ordinal);

    /// <summary>n1 leads term 1, and commits with n2.</summary>
    private void CommitOnTwo(long index) => Assert.Null(
        new CommitRule(_committed, _lab.Nodes, new ReferenceQuorum<NodeId>([.. _lab.Nodes.Select(node => node.Id)])).OnChanged(
            _lab["n1"],
            RuleLab.Situation(RaftRole.Leader, last: index),
            RuleLab.Situation(RaftRole.Leader, last: index, commit: index)));
}
