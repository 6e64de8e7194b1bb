namespace Raft.Tests.Node;

/// <summary>Callers with timeouts must not use up the limit of reads, wherever their reads wait, and however long.</summary>
public sealed class CancelledReadTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly CancellationTokenSource _cancellation = new();

    public void Dispose() => _cancellation.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(2)]
    public void NodeWithoutALeader_AllReadsAreCancelled_TakesOthers(int limit)
    {
        LabNode node = _lab.Node(members: 3, configure: options => options.MaximumPendingReads = limit);
        node.Run();
        Fill(node, limit, ReadConsistency.Linearizable);

        Task<int> waiting = Count(node, ReadConsistency.Linearizable, TestContext.Current.CancellationToken).AsTask();
        _lab.World.RunUntilIdle();

        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, _lab.World.Run(Count(node, ReadConsistency.Local, TestContext.Current.CancellationToken)));
        node.Stop();
        _lab.Fails<NodeStoppedException>(waiting);
    }

    /// <summary>The threshold of the search was raised to twice what was alive, beyond the limit.</summary>
    [Fact]
    public void NodeWithoutALeader_ReadsWereSearchedWhileAlive_TakesOthersOnceTheyAreCancelled()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 100);
        node.Run();
        for (int i = 0; i < 100; i++)
        {
            _ = Count(node, ReadConsistency.Linearizable, _cancellation.Token).AsTask();
            _lab.World.RunUntilIdle();
        }

        _lab.Fails<OverloadedException>(Count(node, ReadConsistency.AtLeast(0), TestContext.Current.CancellationToken).AsTask());
        _cancellation.Cancel();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(10));

        Assert.Equal(0, _lab.World.Run(Count(node, ReadConsistency.AtLeast(0), TestContext.Current.CancellationToken)));
    }

    /// <summary>They are what a program falls back to while there is no leader.</summary>
    [Fact]
    public void NodeWithoutALeader_LimitOfReadsIsReached_AnswersLocalReads()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 2);
        node.Run();
        Task<int>[] waiting = [.. Enumerable.Range(0, 2).Select(_ => Count(node, ReadConsistency.Linearizable, _cancellation.Token).AsTask())];
        _lab.Fails<OverloadedException>(Count(node, ReadConsistency.Linearizable, _cancellation.Token).AsTask());

        Assert.Equal(0, _lab.World.Run(Count(node, ReadConsistency.Local, TestContext.Current.CancellationToken)));

        Assert.DoesNotContain(waiting, static read => read.IsCompleted);
    }

    [Fact]
    public void Read_WithACancelledToken_TakesNoPlace()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        _cancellation.Cancel();

        Task<int> read = Count(node, ReadConsistency.Linearizable, _cancellation.Token).AsTask();
        Task<long> barrier = node.Raft.ReadBarrierAsync(_cancellation.Token).AsTask();

        Assert.Equal((true, true, 0), (read.IsCanceled, barrier.IsCanceled, node.Raft.Footprint!.Value.WaitingReads));
    }

    [Fact]
    public void Follower_ReadsOfAnIndexAreCancelled_TakesOthers()
    {
        LabNode node = _lab.Node(members: 3, configure: static options => options.MaximumPendingReads = 10);
        node.Run();
        Fill(node, 10, ReadConsistency.AtLeast(1_000));

        Assert.Equal(0, _lab.World.Run(Count(node, ReadConsistency.Local, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void StateMachineThatHangs_ItsReadsAreCancelled_TakesOthers()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine, configure: static options => options.MaximumPendingReads = 10).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);
        for (int i = 0; i < 10; i++)
        {
            _ = Read(_cancellation.Token).AsTask();
        }

        _lab.World.RunUntilIdle();
        _cancellation.Cancel();
        Task<int> waiting = Read(CancellationToken.None).AsTask();
        _lab.World.RunUntilIdle();
        Assert.False(waiting.IsCompleted);

        machine.Release();
        _lab.World.Run(proposal);
        Assert.Equal(1, _lab.World.Run(waiting));

        ValueTask<int> Read(CancellationToken cancellationToken) =>
            node.Raft.ReadAsync((Gated gated) => gated.Applied.Count, ReadConsistency.Local, cancellationToken);
    }

    private void Fill(LabNode node, int count, ReadConsistency consistency)
    {
        Task<int>[] reads = [.. Enumerable.Range(0, count).Select(_ => Count(node, consistency, _cancellation.Token).AsTask())];
        _lab.World.RunUntilIdle();
        _cancellation.Cancel();
        Array.ForEach(reads, read => _lab.Fails<OperationCanceledException>(read));
    }

    private static ValueTask<int> Count(LabNode node, ReadConsistency consistency, CancellationToken cancellationToken = default) =>
        node.Raft.ReadAsync((StringLog log) => log.Entries.Count, consistency, cancellationToken);
}
