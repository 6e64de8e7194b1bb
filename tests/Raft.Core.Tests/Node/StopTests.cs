namespace Raft.Tests.Node;

/// <summary>Stopping in good order.</summary>
public sealed class StopTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Stop_WithProposalsUnderWay_WaitsForThem()
    {
        LabNode[] nodes = StartThree();
        LabNode leader = _lab.WaitForLeader(nodes);
        Task<Committed>[] proposals = [.. Enumerable.Range(0, 20).Select(number => leader.Propose($"string {number}"))];

        leader.Stop();

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        Assert.Equal(NodeLifecycle.Stopped, leader.Status.Lifecycle);
        Assert.Null(leader.Status.Leader);
        leader.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_RefusesNewProposalsAtOnce()
    {
        LabNode[] nodes = StartThree();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("before");
        _lab.World.Network.Isolate(leader.Raft.Id);
        Task<Committed> early = leader.Propose("early");
        leader.RequestStop();
        _lab.World.RunUntilIdle();

        NodeStoppedException refusal = _lab.Fails<NodeStoppedException>(leader.Propose("late"));

        Assert.NotNull(refusal);
        Assert.True(leader.IsRunning); // still waiting for the early one
        Assert.False(early.IsCompleted);
        _lab.World.Run(leader.Running!);
        _lab.World.RunUntilIdle();
        Assert.IsType<OutcomeUnknownException>(early.Exception?.InnerException);
        leader.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_WithoutAMajority_WaitsNoLongerThanAnElectionTimeout()
    {
        LabNode node = _lab.Node(members: 3, configure: options =>
        {
            options.CheckQuorum = false; // it would step down sooner
            options.LeaderStickiness = false;
            options.ShutdownTimeout = TimeSpan.FromSeconds(60);
        });
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == node.Status.LastIndex);
        peers.Acknowledge = false;
        Task<Committed> proposal = node.Propose("never");
        _lab.World.RunUntilIdle();
        TimeSpan before = _lab.World.Clock.Now;

        node.Stop();

        Assert.InRange(_lab.World.Clock.Now - before, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.1));
        OutcomeUnknownException unknown = Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        Assert.Equal((2L, 1L), (unknown.Index, unknown.Term));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_WaitsForWritesUnderWay()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        Task<Committed> proposal = node.Propose("slow disk");
        _lab.World.RunUntilIdle();
        node.RequestStop();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(node.IsRunning);

        node.Store.Release();
        _lab.World.Run(node.Running!);
        _lab.World.RunUntilIdle();

        Assert.True(proposal.IsCompletedSuccessfully);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_OfAFollower_WaitsForWritesUnderWayAndAcknowledgesThem()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        node.Store.Hold();
        Task<AppendEntriesReply> reply =
            node.Raft.AppendEntriesAsync(1, "n2", 0, 0, [Lab.Entry(1)], 0, TestContext.Current.CancellationToken).AsTask();
        _lab.World.RunUntilIdle();
        node.RequestStop();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(reply.IsCompleted);

        node.Store.Release();
        _lab.World.Run(node.Running!);

        Assert.True(_lab.World.Run(reply).Success);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_WithADiskThatHangs_AnswersItsCallersAfterTheShutdownTimeout()
    {
        LabNode node = _lab.Node(configure: options => options.ShutdownTimeout = TimeSpan.FromSeconds(2)).Lead();
        node.Store.Hold();
        Task<Committed> proposal = node.Propose("hanging disk");
        _lab.World.RunUntilIdle();

        node.RequestStop();
        _lab.World.RunFor(TimeSpan.FromSeconds(2.1));

        Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        Assert.Equal(NodeLifecycle.Stopped, node.Status.Lifecycle);
        node.AssertNoCallerWaits();
        node.Store.Release(); // the store closes only after its last write
        _lab.World.Run(node.Running!);
    }

    [Fact]
    public void Stop_WaitsForTheStateMachine()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);
        node.RequestStop();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(node.IsRunning);

        machine.Release();
        _lab.World.Run(node.Running!);
        _lab.World.RunUntilIdle();

        Assert.True(proposal.IsCompletedSuccessfully);
        node.AssertNoCallerWaits();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void RunAsync_WithACancelledToken_EndsNormallyAndChangesNothing(int members)
    {
        LabNode node = _lab.Node(members: members);

        Task run = node.Raft.RunAsync(new CancellationToken(canceled: true));
        _lab.World.Run(run);

        Assert.True(run.IsCompletedSuccessfully);
        Assert.Equal(NodeLifecycle.Stopped, node.Status.Lifecycle);
        Assert.Equal(0, node.Store.Written.HardState.Term);
        node.AssertNoCallerWaits();
        node.Run();
        _lab.World.RunUntilIdle();
        node.Stop();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Stop_AtAnyMoment_EndsNormallyAndLeavesNoCallerWaiting(ulong seed)
    {
        for (int steps = 0; steps < 60; steps++)
        {
            Lab lab = new(seed);
            LabNode node = lab.Node();
            node.Run();
            List<Task<Committed>> proposals = [];
            for (int i = 0; i < steps; i++)
            {
                proposals.Add(node.Propose($"{i}"));
                lab.World.Step();
            }

            node.Stop();

            Assert.All(proposals, proposal => Assert.True(proposal.IsCompleted));
            Assert.All(proposals, proposal => Assert.True(
                proposal.IsCompletedSuccessfully || proposal.Exception?.InnerException is ProposalRefusedException));
            node.AssertNoCallerWaits();
        }
    }

    [Fact]
    public void Stop_WithTheLongestTimeouts_DoesNotOverflow()
    {
        LabNode node = _lab.Node(configure: options => options.ShutdownTimeout = TimeSpan.FromDays(1)).Lead();
        _lab.World.RunFor(TimeSpan.FromHours(1));

        node.Stop();

        Assert.True(node.Running!.IsCompletedSuccessfully);
    }

    private LabNode[] StartThree()
    {
        LabNode[] nodes = _lab.Cluster(3);
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        return nodes;
    }
}
