using Raft.Core.Tests.Snapshots;

namespace Raft.Tests.Node;

/// <summary>What a run has opened or set is released when the run ends, however it ends.</summary>
public sealed class ReleaseTests
{
    private readonly Lab _lab = new();
    private readonly GatedStore _snapshots = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Stop_OfAFollower_LeavesNoTimerSet()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        Assert.NotNull(_lab.World.Clock.NextDueAt);

        node.Stop();

        Assert.Null(_lab.World.Clock.NextDueAt);
    }

    /// <summary>The disk does not answer, so the store would wait for the read until it is closed.</summary>
    [Fact]
    public void Stop_WhileTheLogStoreReads_CancelsTheRead()
    {
        WaitingStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(store: store, configure: static options => options.MaximumCachedEntries = 10).Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(1, 200).Select(number => node.Propose($"{number}"))];
        _lab.World.RunUntil(() => proposals.All(static proposal => proposal.IsCompletedSuccessfully));
        store.Waits = true;
        Task<bool> read = node.Raft.ReadLogAsync(1, Token).GetAsyncEnumerator(Token).MoveNextAsync().AsTask();
        _lab.World.RunUntil(() => store.IsReading);

        node.Stop();

        Assert.False(store.IsReading);
        _lab.Fails<NodeStoppedException>(read);
        node.AssertNoCallerWaits();
    }

    /// <summary>A state machine that is read from continuously would delay the stop.</summary>
    [Fact]
    public void ReadAsync_WhileTheNodeStops_IsRefusedAtOnce()
    {
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        peers.Acknowledge = false;
        _ = node.Propose("never committed");
        node.RequestStop();
        _lab.World.RunUntilIdle();
        Assert.True(node.IsRunning);

        Task<int> read = node.Raft.ReadAsync<StringLog, int>(static log => log.Entries.Count, ReadConsistency.Local, Token).AsTask();
        _lab.World.RunUntilIdle();

        Assert.True(read.IsCompleted);
        _lab.Fails<NodeStoppedException>(read);
        _lab.World.Run(node.Running!);
    }

    [Fact]
    public void ReceivedPart_OfASnapshotThatTheLogHasOvertaken_IsAbandoned()
    {
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode node = ReceivePart(peers);

        peers.Send("n2", new AppendEntriesMessage
        {
            From = "n2",
            To = "n1",
            Origin = Origins.Of(),
            Term = 3,
            Correlation = 9,
            PrevLogIndex = 0,
            PrevLogTerm = 0,
            Entries = new[] { Lab.Entry(2, "1"), Lab.Entry(2, "2"), Lab.Entry(2, "3"), Lab.Entry(2, "4"), Lab.Entry(2, "5") },
            LeaderCommit = 5,
        });
        _lab.World.RunUntil(() => node.Status.AppliedIndex == 5);
        _lab.World.RunUntilIdle();

        Assert.Equal(0, _snapshots.OpenWriters);
        Assert.True(node.IsRunning);
    }

    [Fact]
    public void ReceivedPart_OfANodeThatFails_IsAbandoned()
    {
        SpyStore log = new(new InMemoryLogStore());
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode node = ReceivePart(peers, log);

        log.OnWrite = static () => throw new IOException("Disk full.");
        node.Failure(); // when it votes for itself, since its leader is silent
        _lab.World.RunUntilIdle();

        Assert.Equal(0, _snapshots.OpenWriters);
    }

    [Fact]
    public void ReceivedPart_OfANodeThatStops_IsAbandonedBeforeTheRunEnds()
    {
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode node = ReceivePart(peers);
        _snapshots.Close();

        node.RequestStop();
        _lab.World.RunUntilIdle();
        Assert.True(node.IsRunning); // the store has not closed the writer yet

        _snapshots.Open();
        _lab.World.Run(node.Running!);
        Assert.Equal(0, _snapshots.OpenWriters);
    }

    /// <summary>A follower whose leader has sent it the first half of a snapshot up to index 5.</summary>
    private LabNode ReceivePart(FakePeers peers, ILogStore? log = null)
    {
        LabNode node = _lab.Node(
            members: 3, store: log, snapshots: _snapshots, configure: static options => options.AllowVolatileStorage = true);
        node.Run();
        _lab.World.RunUntilIdle();
        peers.Send("n2", new TestSnapshot(5, 100).Chunks(50).First() with { Term = 3 });
        _lab.World.RunUntil(() => _snapshots.OpenWriters == 1);
        _lab.World.RunUntilIdle();
        return node;
    }

    /// <summary>Its reads end only when they are cancelled.</summary>
    private sealed class WaitingStore(ILogStore inner) : ILogStore
    {
        public bool Waits { get; set; }

        public bool IsReading { get; private set; }

        public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
            inner.OpenAsync(clusterId, nodeId, cancellationToken);

        public async ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
        {
            if (Waits)
            {
                IsReading = true;
                TaskCompletionSource cancelled = new();
                await using CancellationTokenRegistration registration =
                    cancellationToken.Register(() => cancelled.SetCanceled(cancellationToken));
                try
                {
                    await cancelled.Task;
                }
                finally
                {
                    IsReading = false;
                }
            }

            return await inner.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);
        }

        public ValueTask WriteAsync(LogWrite write) => inner.WriteAsync(write);

        public ValueTask CompactAsync(long throughIndex) => inner.CompactAsync(throughIndex);

        public ValueTask ResetAsync(long index, long term) => inner.ResetAsync(index, term);

        public ValueTask CloseAsync() => inner.CloseAsync();
    }
}
