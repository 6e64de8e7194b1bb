namespace Raft.Tests.Node;

public sealed class ReadLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void ReadLogAsync_YieldsTheWholeLog()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Commit("b");

        List<LogEntry> log = _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token));

        Assert.Equal(
            [(EntryKind.Configuration, 1L), (EntryKind.Command, 1L), (EntryKind.Command, 1L)],
            log.Select(static entry => (entry.Kind, entry.Term)));
        Assert.Equal(["a", "b"], log.Skip(1).Select(static entry => Lab.Text(entry)));
        node.AssertNoCallerWaits();
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    [InlineData(5, 0)]
    [InlineData(99, 0)]
    public void ReadLogAsync_FromAnIndex_YieldsTheEntriesFromThereOn(long firstIndex, int expected)
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Commit("b");
        node.Commit("c");

        Assert.Equal(expected, _lab.Collect(node.Raft.ReadLogAsync(firstIndex, Token)).Count);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(firstIndex), () => { _ = node.Raft.ReadLogAsync(0, Token); });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_500)]
    [InlineData(2_100)]
    public void ReadLogAsync_OfEvictedEntries_LoadsThemFromTheStore(long firstIndex)
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(store: store, configure: options => options.MaximumCachedEntries = 10).Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(2, 2_500).Select(index => node.Propose($"{index}"))];
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompletedSuccessfully));

        List<LogEntry> log = _lab.Collect(node.Raft.ReadLogAsync(firstIndex, Token));

        Assert.Contains("read", store.Calls);
        string[] expected = // the first entry is the configuration
            [.. Enumerable.Range(1, 2_501).Select(index => index == 1 ? "Configuration" : $"{index}").Skip((int)firstIndex - 1)];
        Assert.Equal(expected, log.Select(entry => entry.Kind == EntryKind.Command ? Lab.Text(entry) : $"{entry.Kind}"));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadLogAsync_IncludesUncommittedEntries()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b")], leaderCommit: 1);

        Assert.Equal(2, _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token)).Count);
        Assert.Equal(1, node.Status.CommitIndex);
    }

    [Fact]
    public void ReadLogAsync_OfAStoppedNode_IsRefused()
    {
        LabNode node = _lab.Node().Lead();
        node.Stop();

        _lab.Fails<NodeStoppedException, bool>(node.Raft.ReadLogAsync(cancellationToken: Token).GetAsyncEnumerator(Token).MoveNextAsync());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadLogAsync_ThatIsCancelled_Ends()
    {
        LabNode node = _lab.Node().Lead();

        _lab.Fails<OperationCanceledException, bool>(
            node.Raft.ReadLogAsync(cancellationToken: new CancellationToken(canceled: true)).GetAsyncEnumerator(Token).MoveNextAsync());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadLogAsync_WhoseStoreCannotRead_FailsTheNodeAndTheReader()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(store: store, configure: options => options.MaximumCachedEntries = 1).Lead();
        for (int i = 0; i < 100; i++)
        {
            node.Commit($"{i}");
        }

        store.OnRead = () => throw new IOException("Bad sector.");
        Assert.ThrowsAny<RaftException>(() => _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token)));

        Assert.Contains("Bad sector", node.Failure().Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }
}
