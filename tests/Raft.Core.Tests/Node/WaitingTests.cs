namespace Raft.Tests.Node;

/// <summary>Waiting for a leader and for leadership.</summary>
public sealed class WaitingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void WaitForLeaderAsync_BeforeTheElection_EndsWithIt()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Task<NodeId>[] waits = [.. nodes.Select(node => node.Raft.WaitForLeaderAsync(Token).AsTask())]; // even before they run
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        _lab.World.RunUntil(() => waits.All(wait => wait.IsCompleted));

        Assert.Single(waits.Select(wait => wait.Result).Distinct());
        Assert.All(nodes, node => node.AssertNoCallerWaits());
    }

    [Fact]
    public void WaitForStatusAsync_EndsWithTheFirstStatusThatMatches()
    {
        LabNode node = _lab.Node();
        Task<RaftStatus> wait = node.Raft.WaitForStatusAsync(status => status is { Role: RaftRole.Leader, CommitIndex: 1 }, Token).AsTask();
        node.Run();

        RaftStatus status = _lab.World.Run(wait);

        Assert.Equal((RaftRole.Leader, 1L), (status.Role, status.CommitIndex));
        Assert.True(node.Raft.WaitForStatusAsync(now => now.Term == status.Term, Token).AsTask().IsCompletedSuccessfully);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void WaitForStatusAsync_OfANodeThatEnds_SaysSo()
    {
        LabNode node = _lab.Node().Lead();
        Task<RaftStatus> wait = node.Raft.WaitForStatusAsync(status => status.Term > 99, Token).AsTask();
        Task<RaftStatus> end = node.Raft.WaitForStatusAsync(status => status.Lifecycle == NodeLifecycle.Stopped, Token).AsTask();

        node.Stop();

        Assert.Contains("has ended", _lab.Fails<NodeStoppedException>(wait).Message, StringComparison.Ordinal);
        Assert.Equal(NodeLifecycle.Stopped, _lab.World.Run(end).Lifecycle);
    }

    [Fact]
    public void WaitForLeaderAsync_WhenThereIsOne_EndsAtOnce()
    {
        LabNode node = _lab.Node().Lead();

        Task<NodeId> wait = node.Raft.WaitForLeaderAsync(Token).AsTask();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(new NodeId("n1"), _lab.World.Run(wait));
    }

    [Fact]
    public void WaitForLeaderAsync_ThatIsCancelled_Ends()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        using CancellationTokenSource cancellation = new();
        Task<NodeId> wait = node.Raft.WaitForLeaderAsync(cancellation.Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(wait.IsCompleted);

        cancellation.Cancel();

        _lab.Fails<OperationCanceledException>(wait);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Waits_WhenTheNodeStops_EndWithNodeStopped()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        Task<NodeId> leader = node.Raft.WaitForLeaderAsync(Token).AsTask();
        Task<Leadership> leadership = node.Raft.WaitForLeadershipAsync(Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(5));

        node.Stop();

        _lab.Fails<NodeStoppedException>(leader);
        _lab.Fails<NodeStoppedException>(leadership);
        _lab.Fails<NodeStoppedException>(node.Raft.WaitForLeaderAsync(Token).AsTask());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Waits_WhenTheNodeFails_SayWhy()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        Task<NodeId> leader = node.Raft.WaitForLeaderAsync(Token).AsTask();
        _lab.World.RunUntilIdle();
        node.Store.FailNext(new IOException("Disk on fire."));
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(1, "n2", 0, 0, Token).AsTask();

        NodeStoppedException exception = _lab.Fails<NodeStoppedException>(leader);

        Assert.Contains("Disk on fire", exception.Message, StringComparison.Ordinal);
        _lab.Fails<NodeStoppedException>(vote);
        node.Failure();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void WaitForLeaderAsync_RightAfterANodeRunsAgain_Waits()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();

        node.Run();
        NodeId leader = _lab.World.Run(node.Raft.WaitForLeaderAsync(Token));

        Assert.Equal(new NodeId("n1"), leader);
    }

    [Fact]
    public void WaitForLeadershipAsync_GivesTheTermAndATokenThatFiresWhenItIsLost()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Task<Leadership>[] waits = [.. nodes.Select(node => node.Raft.WaitForLeadershipAsync(Token).AsTask())];
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        LabNode leader = _lab.WaitForLeader(nodes);
        _lab.World.RunUntil(() => waits.Any(wait => wait.IsCompleted));
        Leadership leadership = _lab.World.Run(Assert.Single(waits, wait => wait.IsCompleted));
        Assert.Equal(leader.Status.Term, leadership.Term);
        _lab.World.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(leadership.Lost.IsCancellationRequested);

        _lab.World.Network.Isolate(leader.Raft.Id);
        _lab.World.RunUntil(() => leadership.Lost.IsCancellationRequested, TimeSpan.FromSeconds(5));

        Assert.NotEqual(RaftRole.Leader, leader.Status.Role);
        Task<Leadership> waiting = waits[Array.IndexOf(nodes, _lab.WaitForLeader([.. nodes.Where(node => node != leader)]))];
        Leadership next = _lab.World.Run(waiting);
        Assert.True(next.Term > leadership.Term);
        Assert.False(next.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Leadership_WhenTheNodeStops_IsLost()
    {
        LabNode node = _lab.Node().Lead();
        Leadership leadership = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));

        node.Stop();
        _lab.World.RunUntilIdle();

        Assert.True(leadership.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Leadership_WhenTheNodeFails_IsLost()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        Leadership leadership = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));

        Task<Committed> poison = node.Propose("bad");
        node.Failure();
        _lab.World.RunUntilIdle();

        Assert.True(leadership.Lost.IsCancellationRequested);
        Assert.True(poison.IsFaulted);
    }

    [Fact]
    public void Leadership_OfALaterRun_HasItsOwnToken()
    {
        LabNode node = _lab.Node().Lead();
        Leadership first = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));
        node.Stop();

        node.Run();
        Leadership second = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));

        Assert.True(second.Term > first.Term);
        Assert.True(first.Lost.IsCancellationRequested);
        Assert.False(second.Lost.IsCancellationRequested);
    }
}
