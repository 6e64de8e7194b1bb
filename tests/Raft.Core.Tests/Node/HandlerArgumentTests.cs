namespace Raft.Tests.Node;

public sealed class HandlerArgumentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Theory]
    [InlineData(-1, 0, 0, "term")]
    [InlineData(0, -1, 0, "lastLogIndex")]
    [InlineData(0, 0, -1, "lastLogTerm")]
    [InlineData(long.MaxValue, 0, 0, "term")]
    [InlineData(0, long.MaxValue, 0, "lastLogIndex")]
    public void RequestVoteAsync_WithANumberOutOfRange_IsRefused(long term, long lastLogIndex, long lastLogTerm, string name)
    {
        LabNode node = _lab.Node(members: 3);

        Assert.Throws<ArgumentOutOfRangeException>(
            name, () => { _ = node.Raft.RequestVoteAsync(term, "n2", lastLogIndex, lastLogTerm, Token).AsTask(); });

        AssertUntouched(node);
    }

    [Theory]
    [InlineData(-1, 0, 0, 0, "term")]
    [InlineData(0, -1, 0, 0, "prevLogIndex")]
    [InlineData(0, 0, -1, 0, "prevLogTerm")]
    [InlineData(0, 0, 0, -1, "leaderCommit")]
    [InlineData(0, 0, 0, long.MaxValue, "leaderCommit")]
    public void AppendEntriesAsync_WithANumberOutOfRange_IsRefused(
        long term, long prevLogIndex, long prevLogTerm, long leaderCommit, string name)
    {
        LabNode node = _lab.Node(members: 3);

        Assert.Throws<ArgumentOutOfRangeException>(
            name, () => { _ = node.Raft.AppendEntriesAsync(term, "n2", prevLogIndex, prevLogTerm, [], leaderCommit, Token).AsTask(); });

        AssertUntouched(node);
    }

    [Fact]
    public void Handlers_CalledInTheNodesOwnName_AreRefused()
    {
        LabNode node = _lab.Node(members: 3);

        Assert.Throws<ArgumentException>("candidateId", () => { _ = node.Raft.RequestVoteAsync(1, "n1", 0, 0, Token).AsTask(); });
        Assert.Throws<ArgumentException>("candidateId", () => { _ = node.Raft.RequestVoteAsync(1, default, 0, 0, Token).AsTask(); });
        Assert.Throws<ArgumentException>("leaderId", () => { _ = node.Raft.AppendEntriesAsync(1, "n1", 0, 0, [], 0, Token).AsTask(); });
        Assert.Throws<ArgumentNullException>(
            "entries", () => { _ = node.Raft.AppendEntriesAsync(1, "n2", 0, 0, null!, 0, Token).AsTask(); });

        AssertUntouched(node);
    }

    [Fact]
    public void AppendEntriesAsync_WithEntriesThatNoCorrectLeaderSends_IsRefused()
    {
        LabNode node = _lab.Node(members: 3);
        (long PrevLogIndex, long PrevLogTerm, LogEntry[] Entries)[] bad =
        [
            (0, 0, [Lab.Entry(2), Lab.Entry(1)]), // falling
            (0, 0, [Lab.Entry(4)]), // beyond the leader's
            (0, 0, [Lab.Entry(0)]), // below 1
            (1, 3, [Lab.Entry(2)]), // below the term of the entry before
            (0, 0, [Lab.Entry(1) with { Kind = EntryKind.Configuration }]), // not implemented
            (0, 0, [Lab.Entry(1) with { Kind = EntryKind.Session }]), // not implemented
            (0, 1, []), // there is nothing at index 0
        ];

        Assert.All(bad, each => Assert.Throws<ArgumentException>(
            "entries",
            () => { _ = node.Raft.AppendEntriesAsync(3, "n2", each.PrevLogIndex, each.PrevLogTerm, each.Entries, 0, Token).AsTask(); }));

        AssertUntouched(node);
    }

    [Fact]
    public void AppendEntriesAsync_WithAKindThatIsNotImplemented_SaysWhichKindsAre()
    {
        LabNode node = _lab.Node(members: 3);
        LogEntry[] entries = [Lab.Entry(1) with { Kind = EntryKind.Configuration }];

        ArgumentException refusal = Assert.Throws<ArgumentException>(
            "entries", () => { _ = node.Raft.AppendEntriesAsync(1, "n2", 0, 0, entries, 0, Token).AsTask(); });

        Assert.Contains("Their kinds must be Command, NoOp or Configuration", refusal.Message, StringComparison.Ordinal);
        AssertUntouched(node);
    }

    [Fact]
    public void AppendEntriesAsync_CopiesTheList()
    {
        LabNode node = _lab.Node(members: 3);
        List<LogEntry> entries = [Lab.Entry(1, "a")];

        Task<AppendEntriesReply> reply =
            node.Raft.AppendEntriesAsync(1, "n2", 0, 0, entries, 1, TestContext.Current.CancellationToken).AsTask();
        entries[0] = Lab.Entry(1, "changed");
        entries.Add(Lab.Entry(1, "more"));

        Assert.Equal(1, _lab.World.Run(reply).LastIndex);
        _lab.World.RunUntilIdle();
        Assert.Equal(["a"], node.Log);
    }

    private void AssertUntouched(LabNode node)
    {
        node.AssertNoCallerWaits();
        Assert.Equal((0L, null, 0L), (node.Status.Term, node.Status.VotedFor, node.Status.LastIndex));
        Assert.Equal(default, node.Store.Written.HardState);
        _lab.World.Run(node.Raft.DisposeAsync());
    }
}
