namespace Raft.Tests.Node;

/// <summary>Log stores that fail: the node stops with the reason, and no promise was made that is not durable.</summary>
public sealed class StoreFailureTests
{
    private readonly Lab _lab = new();
    private readonly SpyStore _store;

    public StoreFailureTests() => _store = new SpyStore(_lab.World.CreateLogStore());

    public enum How
    {
        Throws,
        FailsAtOnce,
        FailsLater,
    }

    [Theory]
    [InlineData(How.Throws)]
    [InlineData(How.FailsAtOnce)]
    [InlineData(How.FailsLater)]
    public void WriteThatFails_StopsTheNodeWithTheReason(How how)
    {
        LabNode node = _lab.Node(store: _store).Lead();
        node.Commit("before");
        _store.OnWrite = () => Fail(how);

        Task<Committed>[] proposals = [node.Propose("a"), node.Propose("b")];
        NodeFailedException failure = node.Failure();

        Assert.Contains("SpyStore failed: Disk on fire.", failure.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(failure.InnerException);
        Assert.Equal((NodeLifecycle.Failed, failure), (node.Status.Lifecycle, node.Status.Failure));
        Assert.All(proposals, proposal => Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException));
        Assert.Equal(["before"], node.Log);
        node.AssertNoCallerWaits();
        Assert.Equal("close", _store.Calls[^1]);
    }

    [Theory]
    [InlineData(How.Throws)]
    [InlineData(How.FailsAtOnce)]
    [InlineData(How.FailsLater)]
    public void WriteThatFails_MakesNoPromise(How how)
    {
        LabNode node = _lab.Node(members: 3, store: _store);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Run();
        _lab.World.RunUntilIdle();
        _store.OnWrite = () => Fail(how);

        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(5, "n3", 0, 0, TestContext.Current.CancellationToken).AsTask();
        node.Failure();

        Assert.IsType<NodeStoppedException>(vote.Exception?.InnerException);
        Assert.DoesNotContain(
            peers.Received,
            message => message is RequestVoteReplyMessage { VoteGranted: true } or AppendEntriesReplyMessage { Success: true });
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void WriteThatFails_MakesNoPromiseOverTheTransport()
    {
        LabNode[] nodes = [_lab.Node("n1", 3), _lab.Node("n2", 3), _lab.Node("n3", 3, store: _store)];
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        _lab.WaitForLeader(nodes);
        long acknowledged = 0;
        _lab.World.RunUntil(() => nodes[2].Status.LastIndex > 0);
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        long before = nodes[2].Status.LastIndex;
        using Raft.Testing.MessageRule listening = _lab.World.Network.Drop(message =>
        {
            if (message is AppendEntriesReplyMessage { Success: true } reply && reply.From == "n3")
            {
                acknowledged = Math.Max(acknowledged, reply.LastIndex);
            }

            return false;
        });
        _store.OnWrite = () => Fail(How.FailsLater);

        LabNode leader = _lab.WaitForLeader(nodes);
        _ = leader.Propose("not by n3");
        nodes[2].Failure();

        Assert.True(acknowledged <= before, $"n3 acknowledged {acknowledged}, and only {before} were durable.");
    }

    [Fact]
    public void OpenThatFails_StopsTheNodeWithTheReason()
    {
        _store.OnOpen = () => throw new StorageCorruptedException("It belongs to node n7.");
        LabNode node = _lab.Node(store: _store);

        node.Run();
        Task<Committed> proposal = node.Propose("early");
        Task<NodeId> wait = node.Raft.WaitForLeaderAsync(TestContext.Current.CancellationToken).AsTask();
        NodeFailedException failure = node.Failure();

        Assert.Contains("It belongs to node n7.", failure.Message, StringComparison.Ordinal);
        Assert.IsType<StorageCorruptedException>(failure.InnerException);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        _lab.Fails<NodeStoppedException>(proposal);
        _lab.Fails<NodeStoppedException>(wait);
        node.AssertNoCallerWaits();
        Assert.Equal(["open"], _store.Calls); // what was never opened is not closed
    }

    [Theory]
    [InlineData(EntryKind.Configuration, "Entry 2 of the stored log is a configuration of the cluster that this version cannot read")]
    [InlineData(EntryKind.Session, "Entry 2 of the stored log has kind Session, which this version does not implement.")]
    public void StoredEntry_ThatCannotBeRead_KeepsTheNodeFromRunning(EntryKind kind, string problem)
    {
        LogEntry[] entries = [Lab.Entry(1, "a"), Lab.Entry(1) with { Kind = kind }];
        _lab.World.Run(_store.OpenAsync("raft", "n1", TestContext.Current.CancellationToken).AsTask());
        HardState hardState = new(1, null) { Identity = Origins.Of(members: 1).Identity };
        _lab.World.Run(_store.WriteAsync(new LogWrite(hardState, 1, entries)).AsTask());
        _lab.World.Run(_store.CloseAsync().AsTask());
        LabNode node = _lab.Node(store: _store);

        node.Run();
        NodeFailedException failure = node.Failure();

        Assert.IsType<UnsupportedEntryException>(failure.InnerException);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void OpenThatFails_WhenAHandlerCausedIt_IsTriedAgainByTheRun()
    {
        _store.OnOpen = () => throw new IOException("No such disk.");
        LabNode node = _lab.Node(members: 3, store: _store);
        _lab.Fails<NodeStoppedException>(node.Raft.RequestVoteAsync(1, "n2", 0, 0, TestContext.Current.CancellationToken).AsTask());

        node.Run();
        Assert.Contains("No such disk.", node.Failure().Message, StringComparison.Ordinal);

        _store.OnOpen = null;
        node.Run();
        _lab.World.RunUntilIdle();
        Assert.True(node.RequestVote(1, "n2").VoteGranted);
        node.Stop();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadThatFailsDuringRecovery_StopsTheNode()
    {
        LabNode first = _lab.Node(store: _store).Lead();
        first.Commit("a");
        first.Stop();
        _store.OnRead = () => throw new IOException("Bad sector.");

        LabNode second = _lab.Node(store: _store);
        second.Run();

        Assert.Contains("Bad sector.", second.Failure().Message, StringComparison.Ordinal);
        Assert.Equal("close", _store.Calls[^1]);
        second.AssertNoCallerWaits();
    }

    [Fact]
    public void StoreThatLacksTheEntriesItReports_StopsTheNode()
    {
        LabNode node = _lab.Node(store: _store).Lead();
        node.Stop();
        _store.ClaimedSurplus = 3;

        node.Run();

        Assert.Contains(
            "has no entry 2",
            Assert.IsType<StorageCorruptedException>(node.Failure().InnerException).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void StoreThatCannotBeClosed_IsReported()
    {
        _store.OnClose = () => throw new IOException("Cannot close.");
        LabNode node = _lab.Node(store: _store).Lead();

        node.RequestStop();
        NodeFailedException failure = node.Failure();

        Assert.Contains("Cannot close.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void StoreThatCannotBeClosedEither_DoesNotHideTheFirstFailure()
    {
        LabNode node = _lab.Node(store: _store).Lead();
        _store.OnWrite = () => Fail(How.FailsLater);
        _store.OnClose = () => throw new IOException("Cannot close.");

        Task<Committed> proposal = node.Propose("a");

        Assert.Contains("Disk on fire.", node.Failure().Message, StringComparison.Ordinal);
        _lab.Fails<OutcomeUnknownException>(proposal);
        node.AssertNoCallerWaits();
    }

    private async ValueTask FailLaterAsync()
    {
        TaskCompletionSource later = new();
        using IClockTimer timer = _lab.World.Clock.CreateTimer(later.SetResult);
        timer.Set(_lab.World.Clock.Now + TimeSpan.FromMilliseconds(5));
        await later.Task;
        throw new IOException("Disk on fire.");
    }

    private ValueTask Fail(How how) => how switch
    {
        How.Throws => throw new IOException("Disk on fire."),
        How.FailsAtOnce => ValueTask.FromException(new IOException("Disk on fire.")),
        _ => FailLaterAsync(),
    };
}
