namespace Raft.Tests.Node;

public sealed class WatchTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void WatchAsync_StartsWithTheCurrentStatus()
    {
        LabNode node = _lab.Node().Lead();
        using CancellationTokenSource cancellation = new();
        IAsyncEnumerator<RaftStatus> watch = node.Raft.WatchAsync(cancellation.Token).GetAsyncEnumerator(CancellationToken.None);

        Task<bool> first = watch.MoveNextAsync().AsTask();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.Equal(node.Status, watch.Current);
    }

    [Fact]
    public void WatchAsync_BySeveral_ShowsEachEveryChange()
    {
        LabNode node = _lab.Node();
        using CancellationTokenSource cancellation = new();
        List<RaftStatus>[] seen = [[], [], []];
        Task[] watchers = [.. seen.Select(list => WatchAsync(node, list, cancellation.Token))];

        node.Lead();
        node.Commit("hello");
        _lab.World.RunUntilIdle();

        Assert.All(seen, list =>
        {
            Assert.Equal(RaftRole.Follower, list[0].Role);
            Assert.Equal(RaftRole.Leader, list[^1].Role);
            Assert.Equal(2, list[^1].AppliedIndex);
        });
        cancellation.Cancel();
        Assert.All(watchers, watcher => _lab.Fails<OperationCanceledException>(watcher));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void WatchAsync_ReadSlowly_SkipsToTheLatest()
    {
        LabNode node = _lab.Node();
        using CancellationTokenSource cancellation = new();
        IAsyncEnumerator<RaftStatus> watch = node.Raft.WatchAsync(cancellation.Token).GetAsyncEnumerator(CancellationToken.None);
        _lab.World.Run(watch.MoveNextAsync());

        node.Lead();
        for (int i = 0; i < 20; i++)
        {
            node.Commit($"string {i}");
        }

        _lab.World.RunUntilIdle();
        _lab.World.Run(watch.MoveNextAsync());

        Assert.Equal(node.Status, watch.Current);
        Task<bool> next = watch.MoveNextAsync().AsTask();
        _lab.World.RunUntilIdle();
        Assert.False(next.IsCompleted); // nothing has queued up
        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(next);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void WatchAsync_OverAStop_ContinuesWithTheNextRun()
    {
        LabNode node = _lab.Node().Lead();
        using CancellationTokenSource cancellation = new();
        List<RaftStatus> seen = [];
        Task watcher = WatchAsync(node, seen, cancellation.Token);

        node.Stop();
        _lab.World.RunUntilIdle();
        Assert.Equal(NodeLifecycle.Stopped, seen[^1].Lifecycle);
        node.Lead();
        _lab.World.RunUntilIdle();

        Assert.Equal((RaftRole.Leader, 2L), (seen[^1].Role, seen[^1].Term));
        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(watcher);
    }

    [Fact]
    public void WatchAsync_OfANodeThatIsDisposed_Ends()
    {
        LabNode node = _lab.Node().Lead();
        List<RaftStatus> seen = [];
        Task watcher = WatchAsync(node, seen, CancellationToken.None);
        _lab.World.RunUntilIdle();

        _lab.World.Run(node.Raft.DisposeAsync());
        _lab.World.Run(watcher);

        Assert.Equal(NodeLifecycle.Stopped, seen[^1].Lifecycle);
        node.AssertNoCallerWaits();
    }

    private static async Task WatchAsync(LabNode node, List<RaftStatus> seen, CancellationToken cancellationToken)
    {
        await foreach (RaftStatus status in node.Raft.WatchAsync(cancellationToken))
        {
            seen.Add(status);
        }
    }
}
