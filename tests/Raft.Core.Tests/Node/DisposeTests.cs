namespace Raft.Tests.Node;

public sealed class DisposeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void DisposeAsync_OfANodeThatNeverRan_EndsItPermanently()
    {
        LabNode node = _lab.Node();
        Task<NodeId> wait = node.Raft.WaitForLeaderAsync(Token).AsTask();

        _lab.World.Run(node.Raft.DisposeAsync());

        AssertOver(node);
        _lab.Fails<NodeStoppedException>(wait);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void DisposeAsync_OfANodeThatOnlyAnsweredHandlers_ClosesItsStore()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);
        node.RequestVote(1, "n2");

        _lab.World.Run(node.Raft.DisposeAsync());

        Assert.Equal("close", store.Calls[^1]);
        AssertOver(node);
    }

    /// <summary>
    /// A callback that a store registers on its token may throw. The caller that stops the node must not get its exceptions.
    /// </summary>
    [Fact]
    public void DisposeAsync_WhileAStoreOpensWhoseCallbackThrows_EndsTheNode()
    {
        CallbackStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(1, "n2", 0, 0, Token).AsTask();
        _lab.World.RunUntilIdle();

        _lab.World.Run(node.Raft.DisposeAsync());
        _lab.World.Run(node.Raft.DisposeAsync());

        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        _lab.Fails<NodeStoppedException>(vote);
    }

    [Fact]
    public void DisposeAsync_OfARunningNode_StopsItGracefully()
    {
        LabNode node = _lab.Node().Lead();
        Task<Committed> proposal = node.Propose("last");

        _lab.World.Run(node.Raft.DisposeAsync());

        Assert.True(proposal.IsCompletedSuccessfully);
        _lab.World.RunUntil(() => node.Running!.IsCompleted);
        Assert.True(node.Running!.IsCompletedSuccessfully);
        AssertOver(node);
    }

    [Fact]
    public void DisposeAsync_OfAFailedNode_Ends()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        _ = node.Propose("bad");
        node.Failure();

        _lab.World.Run(node.Raft.DisposeAsync());

        AssertOver(node);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle); // it still says why
    }

    [Fact]
    public void DisposeAsync_OfAStoppedNode_Ends()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();

        _lab.World.Run(node.Raft.DisposeAsync());

        AssertOver(node);
    }

    [Fact]
    public void DisposeAsync_CalledTwiceAtOnce_EndsTwice()
    {
        LabNode node = _lab.Node().Lead();

        ValueTask first = node.Raft.DisposeAsync();
        ValueTask second = node.Raft.DisposeAsync();
        _lab.World.Run(first);
        _lab.World.Run(second);

        AssertOver(node);
    }

    [Fact]
    public void DisposeAsync_WhileTheStoreOpens_GivesUpOnIt()
    {
        TaskCompletionSource opening = new();
        SpyStore store = new(_lab.World.CreateLogStore()) { OnOpen = () => new ValueTask(opening.Task) };
        LabNode node = _lab.Node(members: 3, store: store);
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(1, "n2", 0, 0, Token).AsTask();
        _lab.World.RunUntilIdle();

        ValueTask disposed = node.Raft.DisposeAsync();
        opening.SetCanceled(Token);
        _lab.World.Run(disposed);

        _lab.Fails<NodeStoppedException>(vote);
        AssertOver(node);
    }

    [Fact]
    public void Dispose_OfARunningNode_StopsItWithoutWaiting()
    {
        LabNode node = _lab.Node().Lead();

        node.Raft.Dispose();

        Assert.True(node.IsRunning);
        _lab.World.Run(node.Running!);
        AssertOver(node);
    }

    [Fact]
    public void Dispose_OfANodeThatOnlyAnsweredHandlers_ClosesItsStore()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);
        node.RequestVote(1, "n2");

        node.Raft.Dispose();
        node.Raft.Dispose();
        _lab.World.RunUntilIdle();

        Assert.Equal("close", store.Calls[^1]);
        AssertOver(node);
    }

    private void AssertOver(LabNode node)
    {
        _lab.Fails<ObjectDisposedException>(node.Raft.RunAsync(CancellationToken.None));
        _lab.Fails<NodeStoppedException>(node.Propose("too late"));
        _lab.Fails<NodeStoppedException>(node.Raft.RequestVoteAsync(99, "n9", 0, 0, Token).AsTask());
        _lab.Fails<NodeStoppedException>(node.Raft.WaitForLeaderAsync(Token).AsTask());
        _lab.Fails<NodeStoppedException, bool>(node.Raft.ReadLogAsync(cancellationToken: Token).GetAsyncEnumerator(Token).MoveNextAsync());
        _lab.World.Run(node.Raft.DisposeAsync());
        Assert.Contains(node.Status.Lifecycle, new[] { NodeLifecycle.Stopped, NodeLifecycle.Failed });
        node.AssertNoCallerWaits();
    }

    /// <summary>Opens only when it is cancelled, by a callback that then throws.</summary>
    private sealed class CallbackStore(ILogStore inner) : ILogStore
    {
        public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
        {
            TaskCompletionSource<LogState> opening = new();
            cancellationToken.Register(() =>
            {
                opening.SetCanceled(cancellationToken);
                throw new InvalidOperationException("The callback is broken.");
            });
            return new ValueTask<LogState>(opening.Task);
        }

        public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) =>
            inner.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);

        public ValueTask WriteAsync(LogWrite write) => inner.WriteAsync(write);

        public ValueTask CompactAsync(long throughIndex) => inner.CompactAsync(throughIndex);

        public ValueTask ResetAsync(long index, long term) => inner.ResetAsync(index, term);

        public ValueTask CloseAsync() => inner.CloseAsync();
    }
}
