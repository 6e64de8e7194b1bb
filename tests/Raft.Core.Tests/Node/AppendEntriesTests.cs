namespace Raft.Tests.Node;

/// <summary>AppendEntries of Figure 2, called as a method of a node that does not even run.</summary>
public sealed class AppendEntriesTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void AppendEntriesAsync_WithoutEntries_IsAHeartbeat()
    {
        LabNode node = _lab.Node(members: 3);

        AppendEntriesReply reply = node.AppendEntries(2, "n2", 0, 0, []);

        Assert.Equal((2L, true, 0L), (reply.Term, reply.Success, reply.LastIndex));
        Assert.Equal((RaftRole.Follower, 2L, new NodeId("n2")), (node.Status.Role, node.Status.Term, node.Status.Leader));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void AppendEntriesAsync_OfALowerTerm_IsRefusedWithTheCurrentTerm()
    {
        LabNode node = _lab.Node(members: 3, initialTerm: 3);

        AppendEntriesReply reply = node.AppendEntries(2, "n2", 0, 0, [Lab.Entry(2, "stale")]);

        Assert.Equal((3L, false), (reply.Term, reply.Success));
        Assert.Equal(0, node.Status.LastIndex);
        Assert.Null(node.Status.Leader);
    }

    [Fact]
    public void AppendEntriesAsync_WithEntries_AppendsThem()
    {
        LabNode node = _lab.Node(members: 3);

        AppendEntriesReply reply = node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b")]);

        Assert.Equal((1L, true, 2L), (reply.Term, reply.Success, reply.LastIndex));
        Assert.Equal(["a", "b"], Log(node));
        Assert.Equal(2, node.Store.Durable.LastIndex);
    }

    [Fact]
    public void AppendEntriesAsync_AfterAGap_IsRefusedWithAHint()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1), Lab.Entry(1)]);

        AppendEntriesReply reply = node.AppendEntries(1, "n2", 5, 1, [Lab.Entry(1)]);

        Assert.Equal(new AppendEntriesReply(1, Success: false, LastIndex: 2, ConflictTerm: 1, ConflictIndex: 2), reply);
        Assert.Equal(2, node.Status.LastIndex);
    }

    [Fact]
    public void AppendEntriesAsync_WithAnotherTermBefore_IsRefusedWithAHintThatSkipsTheTerm()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(3, "n2", 0, 0, [Lab.Entry(1), Lab.Entry(3), Lab.Entry(3), Lab.Entry(3)]);

        AppendEntriesReply reply = node.AppendEntries(4, "n3", 4, 2, [Lab.Entry(4)]);

        Assert.Equal(new AppendEntriesReply(4, Success: false, LastIndex: 4, ConflictTerm: 1, ConflictIndex: 1), reply);
    }

    [Fact]
    public void AppendEntriesAsync_WithConflictingEntries_ReplacesTheOldEntries()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "lost"), Lab.Entry(1, "lost too")]);

        AppendEntriesReply reply = node.AppendEntries(2, "n3", 1, 1, [Lab.Entry(2, "b")]);

        Assert.Equal((2L, true, 2L), (reply.Term, reply.Success, reply.LastIndex));
        Assert.Equal(["a", "b"], Log(node));
        Assert.Equal(2, node.Store.Durable.LastIndex);
    }

    [Fact]
    public void AppendEntriesAsync_ALateDuplicate_DeletesNothing()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b"), Lab.Entry(1, "c")]);

        AppendEntriesReply reply = node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a")]);

        Assert.Equal((true, 1L), (reply.Success, reply.LastIndex)); // vouches only for what it was asked about
        Assert.Equal(["a", "b", "c"], Log(node));
    }

    [Fact]
    public void AppendEntriesAsync_CommitsUpToTheLastEntryItVerified()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b"), Lab.Entry(1, "stale")]);

        node.AppendEntries(2, "n3", 1, 1, [], leaderCommit: 9);
        Assert.Equal(1, node.Status.CommitIndex);
        node.AppendEntries(2, "n3", 2, 1, [Lab.Entry(2, "c")], leaderCommit: 2);
        Assert.Equal(2, node.Status.CommitIndex);
        _lab.World.RunUntilIdle();

        Assert.Equal(["a", "b"], node.Log); // applied, though the node does not run
        node.AppendEntries(2, "n3", 0, 0, [], leaderCommit: 0);
        Assert.Equal(2, node.Status.CommitIndex);
    }

    [Fact]
    public void AppendEntriesAsync_OfASecondLeaderInOneTerm_IsRefused()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, []);

        AppendEntriesReply reply = node.AppendEntries(1, "n3", 0, 0, [Lab.Entry(1)]);

        Assert.False(reply.Success);
        Assert.Equal(new NodeId("n2"), node.Status.Leader);
        Assert.Equal(0, node.Status.LastIndex);
    }

    [Fact]
    public void AppendEntriesAsync_OnARunningNode_PostponesItsElection()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        for (int i = 0; i < 50; i++)
        {
            Assert.True(node.AppendEntries(1, "n2", 0, 0, []).Success);
            _lab.World.RunFor(TimeSpan.FromMilliseconds(900));
            Assert.Equal(RaftRole.Follower, node.Status.Role);
        }

        _lab.World.RunUntil(() => node.Status.Role == RaftRole.PreCandidate, TimeSpan.FromSeconds(3));
    }

    private string[] Log(LabNode node) =>
    [
        .. _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: TestContext.Current.CancellationToken))
            .Select(static entry => Lab.Text(entry)),
    ];
}
