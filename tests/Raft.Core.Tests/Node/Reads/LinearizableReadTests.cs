using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Reads of the state machine by read index on any node: section 8; dissertation, section 6.4.</summary>
public sealed class LinearizableReadTests
{
    private readonly Lab _lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A node that is cut off cannot know what the others have committed.</summary>
    [Fact]
    public void ReadAsync_WithoutAConsistency_IsLinearizable()
    {
        LabNode[] nodes = Started();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        LabNode follower = nodes.First(node => node != leader);
        _lab.World.RunUntil(() => follower.Log.Count == 1);
        _lab.World.Network.Isolate(follower.Raft.Id);

        Task<int> read = Count(follower).AsTask();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.False(read.IsCompleted);
        _lab.World.Network.Rejoin(follower.Raft.Id);
        Assert.Equal(1, _lab.World.Run(read));
    }

    [Fact]
    public void EveryNode_RightAfterACommit_ReadsIt()
    {
        LabNode[] nodes = Started();
        LabNode leader = _lab.WaitForLeader(nodes);
        for (int i = 1; i <= 10; i++)
        {
            leader.Commit($"{i}");
            foreach (LabNode node in nodes)
            {
                Assert.Equal(i, _lab.World.Run(Count(node)));
            }
        }
    }

    [Fact]
    public void ClusterOfOne_Read_SendsNothingAndSeesTheLatest()
    {
        LabNode node = _lab.Node(transport: _lab.World.Network.CreateTransport()).Lead();
        node.Commit("a");

        Assert.Equal(1, _lab.World.Run(Count(node)));
        Assert.Equal(0, _lab.World.Network.Sent);
        Assert.Equal(node.Status.AppliedIndex, _lab.World.Run(node.Raft.ReadBarrierAsync(Token)));
    }

    [Fact]
    public void Follower_WithoutALeader_WaitsForOne()
    {
        LabNode[] nodes = Started();
        _lab.WaitForLeader(nodes).Commit("a");
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode follower = nodes.First(node => node != leader);
        leader.Stop();
        _lab.World.RunUntil(() => follower.Status.Leader is null || follower.Status.Leader != leader.Raft.Id);

        Assert.Equal(1, _lab.World.Run(Count(follower)));
    }

    /// <summary>A cut-off leader must not answer: the others have elected another one, and committed more.</summary>
    [Fact]
    public void LeaderThatIsCutOff_DoesNotAnswerUntilItKnowsBetter()
    {
        LabNode[] nodes = Started();
        LabNode old = _lab.WaitForLeader(nodes);
        old.Commit("a");
        _lab.World.Network.Isolate(old.Raft.Id);
        Task<int> read = Count(old).AsTask();
        LabNode[] others = [.. nodes.Where(node => node != old)];
        LabNode next = _lab.WaitForLeader(others);
        next.Commit("b");
        _lab.World.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(read.IsCompleted);

        _lab.World.Network.Rejoin(old.Raft.Id);

        Assert.Equal(2, _lab.World.Run(read));
    }

    [Fact]
    public void Read_EndsWithItsToken()
    {
        LabNode[] nodes = Started();
        LabNode leader = _lab.WaitForLeader(nodes);
        _lab.World.Network.Isolate(leader.Raft.Id);
        using CancellationTokenSource cancellation = new();

        Task<int> read = leader.Raft.ReadAsync((StringLog log) => log.Entries.Count, cancellationToken: cancellation.Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.False(read.IsCompleted);
        cancellation.Cancel();

        _lab.Fails<OperationCanceledException>(read);
    }

    [Fact]
    public void NodeThatStops_RefusesReadsThatWaitForALeader()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        Task<int> read = Count(node).AsTask();
        Task<long> barrier = node.Raft.ReadBarrierAsync(Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.False(read.IsCompleted);

        node.Stop();

        _lab.Fails<NodeStoppedException>(read);
        _lab.Fails<NodeStoppedException>(barrier);
        _lab.Fails<NodeStoppedException>(Count(node).AsTask());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void NodeWhoseStoreCannotBeOpened_RefusesReads()
    {
        SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode node = _lab.Node(members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Refuse);
        node.Run();

        Task<int> read = Count(node).AsTask();

        _lab.Fails<NodeStoppedException>(read);
        node.Failure();
    }

    [Fact]
    public void Reads_BeyondTheLimit_AreRefused()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 2);
        node.Run();
        Task<int>[] waiting = [Count(node).AsTask(), Count(node).AsTask()];

        OverloadedException refusal = _lab.Fails<OverloadedException>(Count(node).AsTask());

        Assert.Contains("MaximumPendingReads", refusal.Message, StringComparison.Ordinal);
        Assert.All(waiting, static read => Assert.False(read.IsCompleted));
        node.Stop();
        Array.ForEach(waiting, read => _lab.Fails<NodeStoppedException>(read));
    }

    /// <summary>Callers with timeouts must not fill the queue of a node that has no leader.</summary>
    [Fact]
    public void Reads_ThatWereCancelled_MakeRoomForOthers()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 300);
        node.Run();
        for (int i = 0; i < 1_000; i++)
        {
            using CancellationTokenSource cancellation = new();
            Task<int> read = node.Raft.ReadAsync((StringLog log) => log.Entries.Count, cancellationToken: cancellation.Token).AsTask();
            _lab.World.RunUntilIdle();
            cancellation.Cancel();
            _lab.Fails<OperationCanceledException>(read);
        }

        Assert.False(Count(node).AsTask().IsCompleted);
        node.Stop();
    }

    [Fact]
    public void ManyReads_ShareFewRounds()
    {
        LabNode[] nodes = Started();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        long sent = _lab.World.Network.Sent;

        Task<int>[] reads = [.. Enumerable.Range(0, 1_000).Select(_ => Count(leader).AsTask())];
        _lab.World.RunUntil(() => reads.All(static read => read.IsCompleted));

        Assert.InRange(_lab.World.Network.Sent - sent, 2, 16);
    }

    [Fact]
    public void Reader_OfTheNode_ReadsLikeIt()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        IReader<StringLog> reader = node.Raft.CreateReader<StringLog>();

        Assert.Equal(1, _lab.World.Run(reader.ReadAsync(static log => log.Entries.Count, cancellationToken: Token)));
        Assert.Throws<InvalidOperationException>(node.Raft.CreateReader<Account>);
    }

    private LabNode[] Started()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        return nodes;
    }

    private static ValueTask<int> Count(LabNode node) =>
        node.Raft.ReadAsync((StringLog log) => log.Entries.Count, cancellationToken: CancellationToken.None);
}
