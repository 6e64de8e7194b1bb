using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Snapshots that a node takes of its own state (section 7).</summary>
public sealed class SnapshotTests
{
    private readonly SnapshotLab _lab = new();

    private SimulatedWorld World => _lab.Lab.World;

    [Fact]
    public void SnapshotAsync_AfterCommands_ReplacesTheLogUpToThem()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Commit("b");

        SnapshotInfo? snapshot = _lab.Take(node);

        Assert.Equal((3, 1), (snapshot?.LastIncludedIndex, snapshot?.LastIncludedTerm));
        Assert.Equal(snapshot, _lab.Snapshots.Durable);
        Assert.Equal((4, 3, 3), (node.Status.FirstIndex, node.Status.LastIndex, node.Status.SnapshotIndex));
        World.RunUntilIdle();
        Assert.Equal(3, _lab.Log.Written.PreviousIndex);
        node.Stop();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void SnapshotAsync_TakenTwiceWithoutChanges_IsTheSame()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");

        Assert.Equal(_lab.Take(node), _lab.Take(node));
    }

    [Fact]
    public void SnapshotAsync_NothingAppliedYet_IsNull()
    {
        LabNode node = _lab.Lab.Node(members: 2, snapshots: _lab.Snapshots);
        node.Run();
        World.RunUntilIdle();

        Assert.Null(_lab.Take(node));
    }

    [Fact]
    public void SnapshotAsync_WhileOneIsTaken_TakesAnotherWithWhatWasAppliedMeanwhile()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.Hold();
        Task<SnapshotInfo?> first = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntilIdle();
        node.Commit("b");

        Task<SnapshotInfo?> second = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntilIdle();
        Assert.False(first.IsCompleted);
        _lab.Snapshots.Release();

        Assert.Equal(2, World.Run(first)?.LastIncludedIndex);
        Assert.Equal(3, World.Run(second)?.LastIncludedIndex);
    }

    /// <summary>Consensus and callers notice nothing: a snapshot store that hangs holds up snapshots, and nothing else.</summary>
    [Fact]
    public void Commands_WhileASnapshotIsWritten_Continue()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.Hold();
        Task<SnapshotInfo?> taken = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();

        node.Commit("b");

        Assert.False(taken.IsCompleted);
        Assert.Equal(["a", "b"], node.Log);
    }

    [Fact]
    public void SnapshotAsync_LaterCommands_AreNotPartOfIt()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.Hold();
        Task<SnapshotInfo?> taken = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntilIdle();
        node.Commit("b");
        _lab.Snapshots.Release();
        World.Run(taken);
        node.Stop();

        LabNode next = _lab.Node();
        next.Run();
        World.RunUntil(() => next.Status.AppliedIndex >= 3);

        Assert.Equal(["a", "b"], next.Log);
    }

    [Fact]
    public void Snapshots_ByEntries_AreTakenAutomatically()
    {
        LabNode node = _lab.Node(configure: options => options.SnapshotAfterEntries = 10).Lead();

        for (int i = 0; i < 9; i++)
        {
            node.Commit($"{i}");
        }

        World.RunUntil(() => node.Status.SnapshotIndex >= 10);
        Assert.True(node.Status.FirstIndex > 10);
    }

    [Fact]
    public void Snapshots_ByBytes_AreTakenAutomatically()
    {
        LabNode node = _lab.Node(new Counter(), options => options.SnapshotAfterBytes = 1_000).Lead();

        Assert.Equal(0, node.Status.SnapshotIndex);
        node.Commit(new string('x', 2_000));

        World.RunUntil(() => node.Status.SnapshotIndex > 0);
    }

    [Fact]
    public void Snapshots_SwitchedOff_AreTakenOnDemandOnly()
    {
        LabNode node = _lab.Node(configure: options => (options.SnapshotAfterEntries, options.AutomaticSnapshots) = (1, false)).Lead();
        node.Commit("a");
        World.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(0, node.Status.SnapshotIndex);

        Assert.Equal(2, _lab.Take(node)?.LastIncludedIndex);
    }

    /// <summary>
    /// Dissertation, section 5.1.2: a state that is larger than what was added to it since is not written again and again.
    /// </summary>
    [Fact]
    public void Snapshots_OfALargeState_WaitUntilTheLogHasGrownByAsMuch()
    {
        LabNode node = _lab.Node(configure: options => options.SnapshotAfterEntries = 1).Lead();
        node.Commit(new string('x', 1_000));
        World.RunUntil(() => node.Status.SnapshotIndex == 2);

        for (int i = 0; i < 10; i++)
        {
            node.Commit("y");
        }

        World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(2, node.Status.SnapshotIndex);
        node.Commit(new string('z', 1_000));
        World.RunUntil(() => node.Status.SnapshotIndex > 2);
    }

    [Fact]
    public void TrailingEntries_StayInTheLog()
    {
        LabNode node = _lab.Node(configure: options => options.TrailingEntries = 2).Lead();
        node.Commit("a");
        node.Commit("b");
        node.Commit("c");

        _lab.Take(node);

        Assert.Equal((3, 4), (node.Status.FirstIndex, node.Status.LastIndex));
    }

    /// <summary>However many entries are to stay, they do not take more than the bytes after which a snapshot is due.</summary>
    [Fact]
    public void TrailingEntries_ThatAreLarge_AreBoundedByBytes()
    {
        LabNode node = _lab.Node(new Counter(), options => (options.TrailingEntries, options.SnapshotAfterBytes) = (1_000, 10_000)).Lead();
        for (int i = 0; i < 100; i++)
        {
            node.Commit(new string('x', 1_000));
        }

        World.RunFor(TimeSpan.FromSeconds(1));

        Assert.InRange(node.Status.LastIndex - node.Status.FirstIndex, 1, 22);
    }

    [Fact]
    public void ReadLogAsync_FromBeforeTheStart_StartsAtTheStart()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Take(node);
        node.Commit("b");

        IAsyncEnumerable<LogEntry> log = node.Raft.ReadLogAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["b"], _lab.Lab.Collect(log).Select(static entry => Lab.Text(entry)));
    }

    [Fact]
    public void SnapshotAsync_WithoutASnapshotStore_SaysWhatToDo()
    {
        LabNode node = _lab.Lab.Node().Lead();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
        {
            Task<SnapshotInfo?> snapshot = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        });

        Assert.Contains("UseSnapshotStore()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SnapshotAsync_OfAStoppedNode_IsRefused()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();

        _lab.Lab.Fails<NodeStoppedException, SnapshotInfo?>(node.Raft.SnapshotAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A snapshot that hangs does not delay a stop, and callers that wait for the snapshot are answered.</summary>
    [Fact]
    public void Stop_WhileASnapshotIsWritten_AbandonsIt()
    {
        Holding store = new();
        LabNode held = _lab.Lab.Node(snapshots: store).Lead();
        held.Commit("a");
        Task<SnapshotInfo?> taken = held.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntil(() => store.IsHolding);
        TimeSpan before = World.Clock.Now;

        held.Stop();

        Assert.True(World.Clock.Now - before < TimeSpan.FromSeconds(1));
        Assert.IsType<NodeStoppedException>(taken.Exception?.InnerException);
        held.AssertNoCallerWaits();
    }

    /// <summary>The number of commands: a state of constant size, for logs that should stay short.</summary>
    private sealed class Counter() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
    {
        private long _count;

        protected override long Apply(string command, in CommandContext context) => ++_count;

        protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_count, Codec.Int64);

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
            _count = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
    }

    /// <summary>Starts no snapshot until its token is cancelled.</summary>
    private sealed class Holding : ISnapshotStore
    {
        public bool IsHolding { get; private set; }

        public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) => ValueTask.FromResult<SnapshotInfo?>(null);

        public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
            ValueTask.FromException<Stream>(new FileNotFoundException());

        public async ValueTask<ISnapshotWriter> CreateAsync(
            long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
        {
            IsHolding = true;
            TaskCompletionSource givenUp = new();
            using (cancellationToken.UnsafeRegister(_ => givenUp.SetResult(), null))
            {
                await givenUp.Task;
            }

            throw new OperationCanceledException(cancellationToken);
        }
    }
}
