namespace Raft.Tests.Node;

/// <summary>Who may begin and end the lives of a node.</summary>
public sealed class NodeLivesTests : IDisposable
{
    private readonly List<PartsLab> _labs = [];

    public void Dispose() => _labs.ForEach(static lab => lab.Dispose());

    [Fact]
    public void BeginRun_WhileItRuns_Throws()
    {
        (NodeLives lives, _) = New();
        NodeLife life = lives.BeginRun(out _);

        Assert.Throws<InvalidOperationException>(() => lives.BeginRun(out _));

        Assert.Same(life, lives.Running);
    }

    [Fact]
    public void BeginRun_AfterARun_StartsAnotherLife()
    {
        (NodeLives lives, PartsLab lab) = New();
        NodeLife first = lives.BeginRun(out _);
        lives.EndRun(first);
        Assert.Null(lives.Current);
        Assert.Null(lives.Open()); // one that has stopped answers no handler

        NodeLife second = lives.BeginRun(out NodeLife? failedToOpen);

        Assert.NotSame(first, second);
        Assert.Null(failedToOpen);
        Assert.Equal(NodeLifecycle.Starting, lab.Board.Current.Lifecycle);
    }

    [Fact]
    public void BeginRun_AfterAHandlerHasOpenedALife_ContinuesIt()
    {
        (NodeLives lives, PartsLab lab) = New();
        NodeLife opened = lives.Open()!;
        Assert.Null(lives.Running);

        NodeLife life = lives.BeginRun(out NodeLife? failedToOpen);

        Assert.Same(opened, life);
        Assert.Null(failedToOpen);
        Assert.Equal(NodeLifecycle.Starting, lab.Board.Current.Lifecycle);
    }

    [Fact]
    public void BeginRun_AfterALifeThatFailedToOpen_GivesItBackToBeClosed()
    {
        BrokenStore store = new();
        (NodeLives lives, PartsLab lab) = New(store);
        NodeLife broken = lives.Open()!;
        lab.Scheduler.RunUntilIdle();
        Assert.True(broken.HasEnded);
        Assert.Equal(NodeLifecycle.Failed, lab.Board.Current.Lifecycle);

        NodeLife life = lives.BeginRun(out NodeLife? failedToOpen);

        Assert.Same(broken, failedToOpen);
        Assert.NotSame(broken, life);
        Assert.Equal(NodeLifecycle.Starting, lab.Board.Current.Lifecycle);
        Assert.Null(lab.Board.Current.Failure);
    }

    /// <summary>The life has published its failure, and has not answered its callers yet: the run ends with that failure.</summary>
    [Fact]
    public void BeginRun_WhileALifeFailsToOpen_LeavesItsFailureInTheStatus()
    {
        (NodeLives lives, PartsLab lab) = New(new BrokenStore());
        NodeLife broken = lives.Open()!;
        _ = lab.Board.WaitForChangeAsync(lab.Board.Version, CancellationToken.None).AsTask();
        NodeLife? run = null;
        lab.OnSchedule = () =>
        {
            if (run is null && lab.Board.Current.Lifecycle == NodeLifecycle.Failed)
            {
                Assert.False(broken.HasEnded);
                run = lives.BeginRun(out _);
            }
        };

        lab.Scheduler.RunUntilIdle();

        Assert.Same(broken, run);
        Assert.Equal(NodeLifecycle.Failed, lab.Board.Current.Lifecycle);
        Assert.NotNull(lab.Board.Current.Failure);
    }

    [Fact]
    public void BeginDispose_TheSecondTime_GivesNoLife()
    {
        (NodeLives lives, _) = New();
        NodeLife life = lives.BeginRun(out _);

        Assert.Same(life, lives.BeginDispose(out bool isRunning));
        Assert.True(isRunning);
        Assert.Null(lives.BeginDispose(out _));
        Assert.False(lives.IsOver);

        lives.EndRun(life);
        Assert.True(lives.IsOver);
        Assert.True(lives.IsDisposeDone);
    }

    [Fact]
    public void BeginDispose_WhileItRuns_TakesNoMoreProposals()
    {
        (NodeLives lives, _) = New();
        NodeLife life = lives.BeginRun(out _);

        lives.BeginDispose(out _);

        Assert.Null(lives.Running);
        Assert.Same(life, lives.Current); // it still answers handlers until it has stopped
    }

    [Fact]
    public void BeginDispose_OfALifeThatDoesNotRun_CompletesOnlyWhenItIsClosed()
    {
        (NodeLives lives, _) = New();
        NodeLife opened = lives.Open()!;

        Assert.Same(opened, lives.BeginDispose(out bool isRunning));
        Assert.False(isRunning);
        Assert.Null(lives.Current);
        Assert.False(lives.IsOver);

        lives.EndDispose();
        Assert.True(lives.IsOver);
    }

    [Fact]
    public void BeginRun_AfterDispose_Throws()
    {
        (NodeLives lives, _) = New();
        lives.BeginDispose(out _);

        Assert.Throws<ObjectDisposedException>(() => lives.BeginRun(out _));
        Assert.Null(lives.Open());
    }

    /// <summary>A watcher that finds the node disposed reads the status one last time, and must see that it has stopped.</summary>
    [Fact]
    public void BeginDispose_WithoutALife_PublishesTheEndBeforeTheNodeIsOver()
    {
        (NodeLives lives, PartsLab lab) = New();
        List<(bool IsOver, NodeLifecycle Lifecycle)> seen = [];
        lab.OnSchedule = () => seen.Add((lives.IsOver, lab.Board.Current.Lifecycle));
        _ = lab.Board.WaitForChangeAsync(lab.Board.Version, CancellationToken.None).AsTask();

        lives.BeginDispose(out _);

        Assert.Equal((false, NodeLifecycle.Stopped), Assert.Single(seen));
        Assert.True(lives.IsOver);
    }

    [Fact]
    public void Abandon_LetsDisposeEndAlthoughTheNodeRuns()
    {
        (NodeLives lives, _) = New();
        lives.BeginRun(out _);
        lives.BeginDispose(out _);
        Assert.False(lives.IsDisposeDone);

        lives.Abandon();

        Assert.True(lives.IsDisposeDone);
        Assert.False(lives.IsOver);
    }

    private (NodeLives Lives, PartsLab Lab) New(ILogStore? store = null)
    {
        PartsLab lab = new(store: store);
        _labs.Add(lab);
        LeadershipToken leadership = new(lab.Scheduler);
        NodeShared shared = new(lab.Settings, lab.Sources, lab.Board, leadership, new LeaderWork(), Metrics: null, lab.Logger);
        return (new NodeLives(shared), lab);
    }

    /// <summary>Cannot be opened.</summary>
    private sealed class BrokenStore : ILogStore
    {
        public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
            throw new IOException("Disk gone.");

        public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask WriteAsync(LogWrite write) => throw new NotSupportedException();

        public ValueTask CompactAsync(long throughIndex) => throw new NotSupportedException();

        public ValueTask ResetAsync(long index, long term) => throw new NotSupportedException();

        public ValueTask CloseAsync() => throw new NotSupportedException();
    }
}
