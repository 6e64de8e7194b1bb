namespace Raft.Tests.Node;

/// <summary>Proposals that surely did not enter the log.</summary>
public sealed class ProposalRefusalTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void ProposeAsync_ToAFollower_NamesTheLeader()
    {
        LabNode[] nodes = _lab.Cluster(
            3,
            options => options.Members = [.. options.Members.Select(member => new RaftMember(member.Id, $"{member.Id}.example:7000"))]);
        LabNode leader = StartAndElect(nodes);
        LabNode follower = nodes.First(node => node != leader);

        NotLeaderException refusal = _lab.Fails<NotLeaderException>(follower.Propose("wrong door"));

        Assert.Equal(leader.Raft.Id.Value, refusal.Leader?.Id);
        Assert.Equal($"{leader.Raft.Id}.example:7000", refusal.Leader?.Address);
        Assert.Contains(leader.Raft.Id.Value, refusal.Message, StringComparison.Ordinal);
        follower.AssertNoCallerWaits();
    }

    /// <summary>What is refused waits no longer, so it leaves room for others.</summary>
    [Fact]
    public void ProposeAsync_ToAFollowerRepeatedly_NeverReportsOverload()
    {
        LabNode node = _lab.Node(members: 3, configure: options => options.MaximumPendingProposals = 2);
        node.Run();
        _lab.World.RunUntilIdle();
        for (int i = 0; i < 10; i++)
        {
            _lab.Fails<NotLeaderException>(node.Propose($"{i}"));
            _lab.World.RunUntilIdle();
        }

        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_WhileThereIsNoLeader_SaysWhatIsNeeded()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();

        NotLeaderException refusal = _lab.Fails<NotLeaderException>(node.Propose("no leader"));

        Assert.Null(refusal.Leader);
        Assert.Contains(
            "Node n1 knows no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3; "
            + "an election follows within the election timeout. Wait with WaitForLeaderAsync",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ProposeAsync_BeyondTheLimitOfPendingProposals_ReportsOverload()
    {
        LabNode node = _lab.Node(configure: options => options.MaximumPendingProposals = 4).Lead();
        node.Store.Hold();

        Task<Committed>[] taken = [.. Enumerable.Range(0, 4).Select(number => node.Propose($"{number}"))];
        OverloadedException refusal = _lab.Fails<OverloadedException>(node.Propose("too many"));
        _lab.World.RunUntilIdle();
        _lab.Fails<OverloadedException>(node.Propose("still too many"));

        Assert.Contains("MaximumPendingProposals", refusal.Message, StringComparison.Ordinal);
        node.Store.Release();
        _lab.World.RunUntil(() => taken.All(proposal => proposal.IsCompletedSuccessfully));
        node.Commit("room again");
        Assert.Equal(["0", "1", "2", "3", "room again"], node.Log);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_BeyondTheLimitOfUncommittedBytes_ReportsOverload()
    {
        LabNode node = _lab.Node(configure: options => options.MaximumUncommittedBytes = 10).Lead();
        node.Store.Hold();

        Task<Committed> taken = node.Propose("12345678");
        OverloadedException refusal = _lab.Fails<OverloadedException>(node.Propose("123"));

        Assert.Contains("MaximumUncommittedBytes", refusal.Message, StringComparison.Ordinal);
        node.Store.Release();
        _lab.World.Run(taken);
        node.Commit("123");
    }

    [Fact]
    public void ProposeAsync_OfACommandThatIsTooLarge_IsRefused()
    {
        LabNode node = _lab.Node(configure: options => options.MaximumCommandBytes = 4).Lead();

        CommandTooLargeException refusal = _lab.Fails<CommandTooLargeException>(node.Propose("12345"));
        node.Commit("1234");

        Assert.Contains("5 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("MaximumCommandBytes is 4", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["1234"], node.Log);
    }

    [Fact]
    public void ProposeAsync_BeforeTheRun_SaysThatTheNodeDoesNotRun()
    {
        LabNode node = _lab.Node();

        NodeStoppedException refusal = _lab.Fails<NodeStoppedException>(node.Propose("too early"));

        Assert.Contains("call RunAsync", refusal.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_ToANodeThatOnlyAnswersHandlers_SaysThatTheNodeDoesNotRun()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(1, "n2");

        NodeStoppedException refusal = _lab.Fails<NodeStoppedException>(node.Propose("too early"));

        Assert.Contains("call RunAsync", refusal.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_AfterTheStop_IsRefused()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();

        _lab.Fails<NodeStoppedException>(node.Propose("too late"));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_RightAfterTheRunBegins_IsAnswered()
    {
        LabNode node = _lab.Node();

        node.Run();
        Task<Committed> proposal = node.Propose("eager");
        _lab.World.RunUntil(() => proposal.IsCompleted);

        Assert.True(proposal.IsCompletedSuccessfully || proposal.Exception?.InnerException is NotLeaderException);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Refusals_HaveOneBase()
    {
        Assert.All(
            new Exception[]
            {
                new NotLeaderException(), new OverloadedException(), new CommandTooLargeException(), new NodeStoppedException(),
            },
            refusal => Assert.IsType<ProposalRefusedException>(refusal, exactMatch: false));
        Assert.IsNotType<ProposalRefusedException>(new OutcomeUnknownException(), exactMatch: false);
    }

    private LabNode StartAndElect(LabNode[] nodes)
    {
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        return _lab.WaitForLeader(nodes);
    }
}
