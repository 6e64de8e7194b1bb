using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Reading the state machine.</summary>
public sealed class ReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void ReadAsync_AnswersFromWhatIsApplied()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Commit("b");

        Assert.Equal(2, _lab.World.Run(Count(node)));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_WhileABatchIsApplied_WaitsForItsEnd()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);

        Task<int> read = node.Raft.ReadAsync<Gated, int>(gated => gated.Applied.Count, ReadConsistency.Local, Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        Assert.False(read.IsCompleted);

        machine.Release();
        Assert.Equal(1, _lab.World.Run(read));
        _lab.World.Run(proposal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_OfAQueryThatThrows_RethrowsAndTheNodeContinues()
    {
        LabNode node = _lab.Node().Lead();

        FormatException exception = _lab.Fails<FormatException, int>(
            node.Raft.ReadAsync<StringLog, int>(_ => throw new FormatException("Mine."), ReadConsistency.Local, Token));

        Assert.Equal("Mine.", exception.Message);
        node.Commit("continues");
        Assert.Equal(1, _lab.World.Run(Count(node)));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_OfAnotherMachine_IsRefused()
    {
        LabNode node = _lab.Node().Lead();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => { _ = node.Raft.ReadAsync<Account, long>(account => account.Amount, ReadConsistency.Local, Token).AsTask(); });

        Assert.Contains("StringLog", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Account", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadAsync_WithBadArguments_IsRefused()
    {
        LabNode node = _lab.Node().Lead();

        Assert.Throws<ArgumentNullException>(
            "query", () => { _ = node.Raft.ReadAsync<StringLog, int>(null!, ReadConsistency.Local, Token).AsTask(); });
        Assert.Throws<ArgumentOutOfRangeException>("index", static () => ReadConsistency.AtLeast(-1));
        Assert.Throws<ArgumentOutOfRangeException>("maximum", static () => ReadConsistency.BoundedStaleness(-TimeSpan.FromTicks(1)));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_OnANodeThatDoesNotRun_IsRefused()
    {
        LabNode node = _lab.Node();
        _lab.Fails<NodeStoppedException, int>(Count(node));

        node.Lead();
        node.Stop();

        _lab.Fails<NodeStoppedException, int>(Count(node));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_ThatIsCancelledWhileItWaits_EndsAndNeverRuns()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);
        using CancellationTokenSource cancellation = new();
        bool ran = false;

        Task<int> read = node.Raft.ReadAsync<Gated, int>(
            _ =>
            {
                ran = true;
                return 0;
            },
            ReadConsistency.Local,
            cancellation.Token).AsTask();
        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(read);
        machine.Release();
        _lab.World.Run(proposal);

        Assert.False(ran);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadAsync_OnAFollower_AnswersFromItsOwnState()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b")], leaderCommit: 1);
        _lab.World.RunUntilIdle();

        Assert.Equal(1, _lab.World.Run(Count(node)));
    }

    [Fact]
    public void ReadAsync_UnderAFloodOfReads_DoesNotStarveCommands()
    {
        SimulatedLogStore store = _lab.World.CreateLogStore();
        store.SynchronousRate = 1; // readers that never pause leave no time to pass
        LabNode node = _lab.Node(store: store).Lead();
        int reads = 0;
        bool stop = false;

        async Task ReadOnAndOnAsync()
        {
            while (!stop)
            {
                await node.Raft.ReadAsync<StringLog, int>(log => log.Entries.Count, ReadConsistency.Local, CancellationToken.None);
                reads++;
            }
        }

        Task[] readers = [.. Enumerable.Range(0, 8).Select(_ => ReadOnAndOnAsync())];
        node.Commit("gets through");
        stop = true;
        _lab.World.RunUntil(() => readers.All(reader => reader.IsCompleted));

        Assert.True(reads > 0);
        node.AssertNoCallerWaits();
    }

    private static ValueTask<int> Count(LabNode node) =>
        node.Raft.ReadAsync<StringLog, int>(log => log.Entries.Count, ReadConsistency.Local, Token);
}
