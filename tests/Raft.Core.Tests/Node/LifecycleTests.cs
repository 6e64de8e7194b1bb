namespace Raft.Tests.Node;

/// <summary>The stages of a node's life, as its status shows them.</summary>
public sealed class LifecycleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void Node_BeforeItRuns_IsIdle()
    {
        LabNode node = _lab.Node(members: 3);
        Assert.Equal(NodeLifecycle.Idle, node.Status.Lifecycle);

        node.RequestVote(1, "n2");

        Assert.Equal(NodeLifecycle.Idle, node.Status.Lifecycle); // it only answers handlers
    }

    [Fact]
    public void Node_WhileItsStoreOpens_IsStarting()
    {
        TaskCompletionSource opening = new();
        LabNode node = _lab.Node(store: new SpyStore(_lab.World.CreateLogStore()) { OnOpen = () => new ValueTask(opening.Task) });

        node.Run();
        _lab.World.RunUntilIdle();
        Assert.Equal(NodeLifecycle.Starting, node.Status.Lifecycle);

        opening.SetResult();
        _lab.World.RunUntil(() => node.Status.Lifecycle == NodeLifecycle.Running);
        node.Stop();
    }

    [Fact]
    public void Node_RunWhileAHandlerOpensItsStore_IsStarting()
    {
        TaskCompletionSource opening = new();
        LabNode node = _lab.Node(
            members: 3,
            store: new SpyStore(_lab.World.CreateLogStore()) { OnOpen = () => new ValueTask(opening.Task) });
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(1, "n2", 0, 0, Token).AsTask();
        _lab.World.RunUntilIdle();
        Assert.Equal(NodeLifecycle.Idle, node.Status.Lifecycle);

        node.Run();
        Assert.Equal(NodeLifecycle.Starting, node.Status.Lifecycle);

        opening.SetResult();
        _lab.World.RunUntil(() => node.Status.Lifecycle == NodeLifecycle.Running);
        Assert.True(_lab.World.Run(vote).VoteGranted);
        node.Stop();
    }

    [Fact]
    public void Leader_ThatWaitsForCommitsAtItsEnd_IsStoppingAndStillLeads()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.CheckQuorum = options.LeaderStickiness = false);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == node.Status.LastIndex);
        peers.Acknowledge = false;
        Task<Committed> proposal = node.Propose("waits");
        _lab.World.RunUntilIdle();
        Assert.Equal(NodeLifecycle.Running, node.Status.Lifecycle);

        node.RequestStop();
        _lab.World.RunUntil(() => node.Status.Lifecycle == NodeLifecycle.Stopping);

        Assert.Equal(RaftRole.Leader, node.Status.Role);
        Assert.StartsWith(
            "stopping: it takes no more proposals or reads; leads term 1: ", node.Status.Explanation, StringComparison.Ordinal);
        Assert.False(proposal.IsCompleted);
        _lab.World.Run(node.Running!);
        AssertEnded(node, NodeLifecycle.Stopped);
        Assert.Null(node.Status.Failure);
    }

    [Fact]
    public void Node_ThatRunsAgain_IsStartingAgain()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();
        AssertEnded(node, NodeLifecycle.Stopped);

        node.Run();
        Assert.Equal(NodeLifecycle.Starting, node.Status.Lifecycle);

        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);
        Assert.Equal(NodeLifecycle.Running, node.Status.Lifecycle);
        node.Stop();
    }

    [Fact]
    public void Node_ThatFails_SaysWhyUntilItRunsAgain()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.FailNext(new IOException("Disk full."));
        _ = node.Propose("lost");
        NodeFailedException failure = node.Failure();

        AssertEnded(node, NodeLifecycle.Failed);
        Assert.Same(failure, node.Status.Failure);

        node.Run();
        Assert.Equal(NodeLifecycle.Starting, node.Status.Lifecycle);
        Assert.Null(node.Status.Failure);
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);
        node.Stop();
    }

    [Fact]
    public void Watcher_OfANodeThatIsDisposedBeforeItRuns_SeesThatItStopped()
    {
        LabNode node = _lab.Node();
        ValueTask disposed = node.Raft.DisposeAsync();

        List<RaftStatus> seen = _lab.Collect(node.Raft.WatchAsync(Token));

        Assert.Equal(NodeLifecycle.Stopped, seen[^1].Lifecycle);
        _lab.World.Run(disposed);
    }

    private static void AssertEnded(LabNode node, NodeLifecycle expected)
    {
        Assert.Equal(expected, node.Status.Lifecycle);
        Assert.Equal(RaftRole.Follower, node.Status.Role); // one that does not run leads nothing
        Assert.Null(node.Status.Leader);
    }
}
