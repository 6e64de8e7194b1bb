namespace Raft.Testing.Tests.Clusters;

/// <summary>
/// A leader whose log store or state machine hangs gives up its leadership, but only if another voter is known to do better: dissertation,
/// sections 3.10 and 6.2.
/// </summary>
public sealed class HangingLeaderTests
{
    private static readonly TimeSpan HangTimeout = TimeSpan.FromMilliseconds(1_500); // ten minimum election timeouts
    private static readonly TimeSpan MinimumElectionTimeout = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LongestElection = TimeSpan.FromMilliseconds(3_000); // ten maximum election timeouts

    private readonly SimulatedCluster _cluster = new(nodes: 3, seed: 5);
    private readonly NodeId _leader;

    public HangingLeaderTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Settle();
        _leader = "n1";
    }

    [Fact]
    public void Leader_WhoseDiskHangs_HandsOverAndAnswersItsCallers()
    {
        _cluster[_leader].Storage.Hold();
        SimulatedProposal during = _cluster.Submit("during", _leader);

        _cluster.World.RunFor(HangTimeout + (3 * MinimumElectionTimeout));

        Assert.NotEqual(_leader, _cluster.Leader);
        Assert.Equal(ProposalFate.Unknown, during.Fate);
        Assert.True(_cluster[_leader].Raft.PublishedStatus.Conditions.IsCandidacyWithheld);
        _cluster.Propose("after");
    }

    /// <summary>What hangs, and whether the leader has proposals that the others have applied meanwhile.</summary>
    [Theory]
    [InlineData("command")]
    [InlineData("read")]
    [InlineData("capture")]
    public void Leader_WhoseStateMachineHangs_HandsOverAndAnswersItsCallers(string what)
    {
        Hold(_leader, what);
        SimulatedProposal[] during = [.. Enumerable.Range(0, 5).Select(number => _cluster.Submit($"{number}", _leader))];

        _cluster.World.RunFor(HangTimeout + (4 * MinimumElectionTimeout));

        Assert.NotEqual(_leader, _cluster.Leader);
        Assert.All(during, static proposal => Assert.Equal(ProposalFate.Unknown, proposal.Fate));
        _cluster[_leader].ReleaseMachine();
        _cluster.Settle();
        Assert.Equal(["0", "1", "2", "3", "4"], _cluster.LogOf(_leader)); // each once
    }

    /// <summary>hashicorp/raft#503: a command that takes long on every node must not take the cluster down in turns.</summary>
    [Theory]
    [InlineData("command")]
    [InlineData("read")]
    [InlineData("capture")]
    public void Nodes_ThatAllHangAlike_KeepTheirLeader(string what)
    {
        foreach (NodeId node in _cluster.NodeIds)
        {
            Hold(node, what);
        }

        long term = _cluster[_leader].Status.Term;
        SimulatedProposal[] during = [.. Enumerable.Range(0, 5).Select(number => _cluster.Submit($"{number}", _leader))];
        _cluster.World.RunFor(TimeSpan.FromSeconds(20));

        Assert.Equal((_leader, term), (_cluster.Leader, _cluster[_leader].Status.Term));
        Assert.NotEmpty(_cluster[_leader].Status.Hangs);

        // One of them is always the first to continue. That is no evidence.
        foreach (NodeId node in _cluster.NodeIds.Reverse())
        {
            _cluster[node].ReleaseMachine();
            _cluster.World.RunFor(MinimumElectionTimeout / 3);
        }

        _cluster.Settle();
        Assert.Equal((_leader, term), (_cluster.Leader, _cluster[_leader].Status.Term));
        Assert.All(during, static proposal => Assert.Equal(ProposalFate.Committed, proposal.Fate));
    }

    [Fact]
    public void Nodes_WhoseDisksAllHang_KeepTheirLeader()
    {
        long term = _cluster[_leader].Status.Term;
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            node.Storage.Hold();
        }

        _cluster.Submit("a", _leader);
        _cluster.World.RunFor(TimeSpan.FromSeconds(20));

        Assert.Equal((_leader, term), (_cluster.Leader, _cluster[_leader].Status.Term));
    }

    /// <summary>Nobody has anything to do that it lacks.</summary>
    [Fact]
    public void Leader_WhoseReadHangsWhileNothingIsProposed_KeepsLeading()
    {
        Hold(_leader, "read");

        _cluster.World.RunFor(TimeSpan.FromSeconds(20));

        Assert.Equal(_leader, _cluster.Leader);
        Assert.Equal("answering a read", Assert.Single(_cluster[_leader].Status.Hangs).Work);
    }

    [Fact]
    public void Leader_ThatCannotHandOver_StepsDownAndStartsNoElectionWhileItHangs()
    {
        Hold(_leader, "command");
        SimulatedProposal during = _cluster.Submit("during", _leader);
        using IDisposable lost = _cluster.Network.Drop(static message => message is TimeoutNowMessage);
        int asked = 0;
        _cluster.Network.MessageSent += message => asked += message is RequestVoteMessage && message.From == _leader ? 1 : 0;

        _cluster.World.RunFor(HangTimeout + LongestElection);

        Assert.NotEqual(_leader, _cluster.Leader);
        Assert.Equal((0, ProposalFate.Unknown), (asked, during.Fate));
        Assert.Contains("gave up a leadership", _cluster[_leader].Status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_ThatGaveUp_CampaignsAgainOnceItContinues()
    {
        Hold(_leader, "command");
        _cluster.Submit("during", _leader);
        _cluster.World.RunFor(HangTimeout + (4 * MinimumElectionTimeout));
        _cluster[_leader].ReleaseMachine();
        _cluster.World.RunFor(MinimumElectionTimeout);

        Assert.False(_cluster[_leader].Raft.PublishedStatus.Conditions.IsCandidacyWithheld);
        int asked = 0;
        _cluster.Network.MessageSent += message => asked += message is RequestVoteMessage && message.From == _leader ? 1 : 0;
        _cluster.Network.Isolate(_leader);
        _cluster.World.RunFor(LongestElection / 5); // two maximum election timeouts

        Assert.NotEqual(0, asked);
    }

    /// <summary>It may be the only node that can lead.</summary>
    [Fact]
    public void Node_ThatHangsForLong_CampaignsAfterTenMaximumElectionTimeouts()
    {
        Hold(_leader, "command");
        _cluster.Submit("during", _leader);
        _cluster.World.RunFor(HangTimeout + (4 * MinimumElectionTimeout));
        foreach (NodeId other in _cluster.NodeIds.Where(id => id != _leader))
        {
            _cluster.Network.Isolate(other);
        }

        int asked = 0;
        _cluster.Network.MessageSent += message => asked += message is RequestVoteMessage && message.From == _leader ? 1 : 0;
        _cluster.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(0, asked);
        _cluster.World.RunFor(TimeSpan.FromSeconds(2));

        Assert.NotEqual(0, asked);
    }

    [Fact]
    public void Proposals_WhileItGivesUp_AreRefusedAndNeverApplied()
    {
        Hold(_leader, "command");
        _cluster.Submit("during", _leader);
        using IDisposable lost = _cluster.Network.Drop(static message => message is TimeoutNowMessage);
        _cluster.World.RunUntil(() => _cluster[_leader].Raft.PublishedStatus.TransferTarget is not null);

        SimulatedProposal late = _cluster.Submit("late", _leader);
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(50));

        Assert.Equal(ProposalFate.Refused, late.Fate);
        _cluster.World.RunFor(LongestElection);
        _cluster[_leader].ReleaseMachine();
        _cluster.Settle();
        _cluster.CheckRefusals();
    }

    [Fact]
    public void SingleVoter_WhoseDiskHangs_KeepsLeading()
    {
        SimulatedCluster single = new(nodes: 1);
        single.Start();
        single.Propose("a");
        single["n1"].Storage.Hold();
        SimulatedProposal proposal = single.Submit("b", "n1");

        single.World.RunFor(TimeSpan.FromMinutes(1));
        single["n1"].Storage.Release();
        single.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal((ProposalFate.Committed, 1), (proposal.Fate, single["n1"].Status.Term));
    }

    /// <summary>Callers of committed entries wait for the state machine, but not indefinitely at a node that no longer leads.</summary>
    [Fact]
    public void Callers_AtALeaderThatWasReplacedWhileItsStateMachineHangs_AreAnswered()
    {
        Hold(_leader, "command");
        SimulatedProposal during = _cluster.Submit("during", _leader);
        _cluster.World.RunFor(MinimumElectionTimeout / 3);
        _cluster.Network.Isolate(_leader);

        _cluster.World.RunFor(HangTimeout + (3 * MinimumElectionTimeout));

        Assert.Equal(ProposalFate.Unknown, during.Fate);
        Assert.Equal(0, _cluster[_leader].Raft.LiveCalls);
    }

    private void Hold(NodeId node, string what)
    {
        switch (what)
        {
            case "command":
                _cluster[node].HoldMachine();
                break;
            case "read":
                _cluster[node].OccupyMachine(WorkKind.Read);
                break;
            default:
                _cluster[node].OccupyMachine(WorkKind.Capture);
                break;
        }
    }
}
