namespace Raft.Tests.Node;

/// <summary>No promise leaves before it is durable, and every call is answered, whatever happens to the node.</summary>
public sealed class HandlerLifetimeTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Vote_IsAnsweredOnlyOnceItIsDurable()
    {
        LabNode node = _lab.Node(members: 3);
        node.Store.Hold();

        Task<RequestVoteReply> vote = RequestVote(node, 1, "n2");
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        Assert.False(vote.IsCompleted);
        Assert.Equal(default, node.Store.Durable.HardState);

        node.Store.Release();
        Assert.True(_lab.World.Run(vote).VoteGranted);
        Assert.Equal((1, "n2"), (node.Store.Durable.HardState.Term, node.Store.Durable.HardState.VotedFor?.Value));
    }

    [Fact]
    public void Acknowledgement_IsSentOnlyOnceTheEntriesAreDurable()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1)]);
        node.Store.Hold();

        Task<AppendEntriesReply> reply = AppendEntries(node, 1, "n2", 1, 1, Lab.Entry(1));
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        Assert.False(reply.IsCompleted);
        Assert.Equal(1, node.Store.Durable.LastIndex);

        node.Store.Release();
        Assert.Equal(2, _lab.World.Run(reply).LastIndex);
        Assert.Equal(2, node.Store.Durable.LastIndex);
    }

    [Fact]
    public void Refusal_ThatPromisesNothing_DoesNotWaitForTheDisk()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(2, "n2");
        node.Store.Hold();

        Assert.Equal(new RequestVoteReply(2, false), node.RequestVote(1, "n3"));
        Assert.False(node.AppendEntries(1, "n3", 0, 0, []).Success);
    }

    [Fact]
    public void Call_WhoseWaitIsCancelled_EndsAlthoughTheVoteMayBeGranted()
    {
        LabNode node = _lab.Node(members: 3);
        node.Store.Hold();
        using CancellationTokenSource cancellation = new();

        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(1, "n2", 0, 0, cancellation.Token).AsTask();
        _lab.World.RunUntilIdle();
        cancellation.Cancel();
        OperationCanceledException exception = _lab.Fails<OperationCanceledException>(vote);

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        node.AssertNoCallerWaits();
        node.Store.Release();
        Assert.Equal(new RequestVoteReply(1, false), node.RequestVote(1, "n3"));
        Assert.Equal(new NodeId("n2"), node.Status.VotedFor);
    }

    [Fact]
    public void Call_WithACancelledToken_EndsCancelled()
    {
        LabNode node = _lab.Node(members: 3);

        _lab.Fails<OperationCanceledException>(node.Raft.RequestVoteAsync(1, "n2", 0, 0, new CancellationToken(canceled: true)).AsTask());

        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Calls_ThatWaitWhenTheNodeStops_EndWithNodeStopped()
    {
        LabNode node = _lab.Node(members: 3, configure: options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
        node.Run();
        _lab.World.RunUntil(() => node.Status.Lifecycle != NodeLifecycle.Stopped
            && node.Status.Explanation.StartsWith("no leader", StringComparison.Ordinal));
        node.Store.Hold();
        Task<RequestVoteReply> vote = RequestVote(node, 50, "n2");
        Task<AppendEntriesReply> append = AppendEntries(node, 50, "n2", 0, 0, Lab.Entry(1));
        _lab.World.RunUntilIdle();

        node.RequestStop();

        _lab.Fails<NodeStoppedException>(vote);
        _lab.Fails<NodeStoppedException>(append);
        node.Store.Release();
        _lab.World.Run(node.Running!);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Calls_ThatWaitWhenTheStoreFails_EndWithNodeStopped()
    {
        LabNode node = _lab.Node(members: 3);
        node.Store.FailNext(new IOException("Disk on fire."));

        NodeStoppedException refused = _lab.Fails<NodeStoppedException>(RequestVote(node, 1, "n2"));

        Assert.Contains("Disk on fire", refused.Message, StringComparison.Ordinal);
        Assert.IsType<NodeFailedException>(refused.InnerException);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Calls_AfterTheNodeHasStopped_AreRefused()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        node.Stop();

        _lab.Fails<NodeStoppedException>(RequestVote(node, 1, "n2"));
        _lab.Fails<NodeStoppedException>(AppendEntries(node, 1, "n2", 0, 0));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Calls_ThatArrivedBeforeTheRun_ShareItsLife()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);
        Assert.True(node.RequestVote(4, "n2").VoteGranted);

        node.Run();
        _lab.World.RunUntilIdle();

        Assert.Equal(new RequestVoteReply(4, false), node.RequestVote(4, "n3"));
        Assert.Single(store.Calls, "open");
        node.Stop();
        Assert.Single(store.Calls, "close");
    }

    private static Task<RequestVoteReply> RequestVote(LabNode node, long term, string candidate) =>
        node.Raft.RequestVoteAsync(term, candidate, 0, 0, TestContext.Current.CancellationToken).AsTask();

    private static Task<AppendEntriesReply> AppendEntries(
        LabNode node, long term, string leader, long prevLogIndex, long prevLogTerm, params LogEntry[] entries) =>
        node.Raft.AppendEntriesAsync(term, leader, prevLogIndex, prevLogTerm, entries, 0, TestContext.Current.CancellationToken).AsTask();
}
