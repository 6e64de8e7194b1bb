namespace Raft.Testing.Tests.Rules;

/// <summary>
/// Rules that are looked at when nothing waits, on clusters that run: each is shown what it must find, and what it must let pass.
/// </summary>
public sealed class QuietRuleTests
{
    private readonly SimulatedCluster _cluster = new(nodes: 3, configure: options => options.MaximumUncommittedBytes = 3);

    public QuietRuleTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Propose("a");
        _cluster.Settle();
    }

    [Fact]
    public void LargerTermIsTaken_NodeThatStays_IsFound()
    {
        LargerTermIsTaken rule = new();
        SimulatedNode node = _cluster["n1"];
        rule.OnDelivered(node, SampleMessages.Append("n2", "n1") with { Term = 9 }); // which the node never sees

        Assert.Contains("n1 has seen term 9, and is Leader of term 1", rule.OnQuiet(node), StringComparison.Ordinal);
        Assert.Null(rule.OnQuiet(node));
    }

    [Fact]
    public void LargerTermIsTaken_TermThatWasOnlyAskedFor_DemandsNothing()
    {
        LargerTermIsTaken rule = new();
        SimulatedNode node = _cluster["n1"];
        rule.OnDelivered(node, SampleMessages.Vote("n2", "n1") with { Term = 9, IsPreVote = true });
        rule.OnDelivered(node, SampleMessages.Vote("n2", "n1") with { Term = 9 }); // it clings to its leader

        Assert.Null(rule.OnQuiet(node));
    }

    [Fact]
    public void LargerTermIsTaken_TermOfADigest_DemandsNothing()
    {
        LargerTermIsTaken rule = new();
        SimulatedNode node = _cluster["n1"];
        rule.OnDelivered(node, new StateDigestMessage { From = "n2", To = "n1", Origin = Origins.Simulated, Term = 9 });
        rule.OnDelivered(node, new StateDigestReplyMessage { From = "n2", To = "n1", Origin = Origins.Simulated, Term = 9 });

        Assert.Null(rule.OnQuiet(node));
    }

    [Fact]
    public void EveryCallerIsAnswered_CallerOfALeaderWithAnEntryToCome_Waits()
    {
        _cluster.Network.Isolate("n1");
        _cluster.Submit("b", "n1");
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(10));

        Assert.Equal(1, _cluster["n1"].Waiting);
        Assert.Null(new EveryCallerIsAnswered().OnQuiet(_cluster["n1"]));
    }

    [Fact]
    public void EveryCallerIsAnswered_CallerWithoutAnEntry_IsFound()
    {
        _cluster["n2"].Propose("never looked at", new byte[] { 1 }); // no step is run, so nothing has answered yet

        Assert.Contains(
            "1 callers wait at n2, Follower of term 1, whose state machine has applied 2 of 2 entries",
            new EveryCallerIsAnswered().OnQuiet(_cluster["n2"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void BoundedMemory_CommandBeyondTheLimit_IsFound()
    {
        SimulatedNode leader = _cluster["n1"];
        LogEntry[] Commands(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new LogEntry(1, EntryKind.Command, new byte[] { 1 }, DateTimeOffset.UnixEpoch))];

        Assert.Null(new BoundedMemory().OnWriting(leader, new LogWrite(null, 3, Commands(3))));
        Assert.Contains(
            "takes a command of 1 bytes beyond 3 uncommitted ones",
            new BoundedMemory().OnWriting(leader, new LogWrite(null, 3, Commands(4))),
            StringComparison.Ordinal);
        Assert.Null(new BoundedMemory().OnWriting(_cluster["n2"], new LogWrite(null, 3, Commands(4)))); // its leader has judged
    }

    [Fact]
    public void BoundedMemory_MessagesInFlight_AreCounted()
    {
        SimulatedNode node = _cluster["n1"];
        NodeFootprint footprint = node.Raft.Footprint!.Value;

        Assert.Null(BoundedMemory.FindExcess(node, footprint with { InFlightMessages = 64, InFlightBytes = 9 }));
        Assert.Contains(
            "65 messages of n1 to a follower are unanswered, and MaximumInFlightMessages is 64",
            BoundedMemory.FindExcess(node, footprint with { InFlightMessages = 65 }),
            StringComparison.Ordinal);
        Assert.Contains(
            "n1 counts 9 bytes as in flight, and no message is",
            BoundedMemory.FindExcess(node, footprint with { InFlightMessages = 0, InFlightBytes = 9 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void BoundedMemory_MessagesThatWaitForAWrite_AreCounted()
    {
        SimulatedNode node = _cluster["n1"];
        NodeFootprint footprint = node.Raft.Footprint!.Value;

        Assert.Null(BoundedMemory.FindExcess(node, footprint with { HeldMessages = 3 * 72 }));
        Assert.Contains(
            "217 messages of n1 wait for 0 writes, and the others can have asked it 216 different things",
            BoundedMemory.FindExcess(node, footprint with { HeldMessages = (3 * 72) + 1 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsLeaked_IdleNode_KeepsNothing()
    {
        SimulatedNode node = _cluster["n1"];
        NodeFootprint footprint = node.Raft.Footprint!.Value;

        Assert.Null(new NothingIsLeaked().OnQuiet(node));
        Assert.Null(NothingIsLeaked.FindLeak(node, footprint with { SnapshotSenders = 2 })); // one for each follower
        AssertFound("keeps 1 reads of its log store, and 0", NothingIsLeaked.FindLeak(node, footprint with { StoreReads = 1 }));
        AssertFound("keeps 1 waits", NothingIsLeaked.FindLeak(node, footprint with { Conditions = 1 }));
        AssertFound("keeps 1 calls of its handlers", NothingIsLeaked.FindLeak(node, footprint with { HandlerCalls = 1 }));
        AssertFound("3 senders of snapshots for 2 followers", NothingIsLeaked.FindLeak(node, footprint with { SnapshotSenders = 3 }));
        AssertFound("n2 is Follower and keeps 1 senders", NothingIsLeaked.FindLeak(_cluster["n2"], footprint with { SnapshotSenders = 1 }));
    }

    [Fact]
    public async Task NothingIsLeaked_SenderWhoseReadHangs_MayStay()
    {
        SimulatedNode node = _cluster["n2"];
        NodeFootprint footprint = node.Raft.Footprint!.Value with { SnapshotSenders = 1 };
        SnapshotInfo snapshot = _cluster.TakeSnapshot("n2")!.Value;
        Task<Stream> opening = node.Snapshots.OpenReadAsync(snapshot, TestContext.Current.CancellationToken).AsTask();
        _cluster.World.RunUntil(() => opening.IsCompleted);
        using Stream stream = await opening;
        node.Storage.HoldSnapshotCalls();

        Task<int> read = stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();
        Assert.Null(NothingIsLeaked.FindLeak(node, footprint));

        node.Storage.ReleaseSnapshots();
        _cluster.World.RunUntil(() => read.IsCompleted);
        AssertFound("n2 is Follower and keeps 1 senders", NothingIsLeaked.FindLeak(node, footprint));
    }

    [Fact]
    public void NothingIsLeaked_CallerThatIsNotAnswered_IsFound()
    {
        SimulatedNode node = _cluster["n2"];
        node.SideCalls.ReadLog(node.Raft, 1);

        Assert.Equal("1 callers of n2 wait for an answer, and nothing delays it.", new NothingIsLeaked().OnQuiet(node));

        _cluster.World.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.Null(new NothingIsLeaked().OnQuiet(node));
    }

    /// <summary>The answer waits until the entry is durable.</summary>
    [Fact]
    public void NothingIsLeaked_HandlerThatWaitsForTheDisk_MayKeepItsCaller()
    {
        _cluster.Network.Isolate("n1");
        _cluster.Submit("b", "n1");
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(1));
        LogEntry entry = _cluster["n1"].Store.WrittenImage.Entries[3];
        SimulatedNode node = _cluster["n2"];
        node.Storage.Hold();
        Task<AppendEntriesReply> call = node.Raft.AppendEntriesAsync(
            1, "n1", 2, 1, [entry], 2, TestContext.Current.CancellationToken).AsTask();
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(1));

        Assert.False(call.IsCompleted);
        Assert.Equal(1, node.Raft.Footprint!.Value.HandlerCalls);
        Assert.Null(new NothingIsLeaked().OnQuiet(node));
    }

    [Fact]
    public void NothingIsLeaked_NodeThatStops_MayWaitForOneCondition()
    {
        SimulatedNode node = _cluster["n1"];
        _cluster.Network.Isolate("n1");
        _cluster.Submit("b", "n1");
        node.BeginStop();
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, node.Raft.Footprint!.Value.Conditions);
        Assert.Null(new NothingIsLeaked().OnQuiet(node));
    }

    [Fact]
    public void CompactionKeepsUnapplied_EntryThatIsNotApplied_IsFound()
    {
        CompactionKeepsUnapplied rule = new();
        SimulatedNode node = _cluster["n1"];

        Assert.Null(rule.OnCompacting(node, node.Raft.AppliedIndex));
        Assert.Equal("n1 drops its log up to 3, and its state machine has applied entries up to 2 only.", rule.OnCompacting(node, 3));
    }

    [Fact]
    public void CompactionKeepsUnapplied_LogThatBeginsElsewhereInTheStore_IsFound()
    {
        CompactionKeepsUnapplied rule = new();
        SimulatedNode node = _cluster["n1"];
        Assert.Null(rule.OnQuiet(node));

        _ = node.Store.CompactAsync(1).AsTask(); // which the node knows nothing of

        Assert.Equal("The log of n1 begins at 1 in memory and at 2 in its store.", rule.OnQuiet(node));
    }

    [Fact]
    public void SnapshotIndexIsCurrent_SnapshotThatTheNodeDoesNotKnow_IsFound()
    {
        SnapshotIndexIsCurrent rule = new();
        SimulatedNode node = _cluster["n1"];
        _cluster.TakeSnapshot("n1");
        Assert.Null(rule.OnQuiet(node));

        Put(node, index: 3);

        Assert.Equal("n1 reports a snapshot up to index 2, and its store has one up to 3.", rule.OnQuiet(node));
    }

    [Fact]
    public void SnapshotIndexIsCurrent_AfterAFailedCall_DemandsNothing()
    {
        SimulatedNode node = _cluster["n1"];
        Put(node, index: 2);
        node.Storage.FailSnapshot(new IOException("Bad sector."));
        Assert.Throws<IOException>(() => _cluster.World.Run(node.Snapshots.FindLatestAsync(CancellationToken.None)));

        Assert.Null(new SnapshotIndexIsCurrent().OnQuiet(node));
    }

    private static void AssertFound(string expected, string? leak) => Assert.Contains(expected, leak, StringComparison.Ordinal);

    /// <summary>A snapshot that the node did not write.</summary>
    private void Put(SimulatedNode node, long index)
    {
        async Task PutAsync()
        {
            await using ISnapshotWriter writer = await node.Snapshots.CreateAsync(index, 1, default, CancellationToken.None);
            await writer.CommitAsync(CancellationToken.None);
        }

        node.StoreEvents.SnapshotCommitted = null; // and that no other rule is to judge
        Task put = PutAsync();
        while (!put.IsCompleted)
        {
            _cluster.World.Step();
        }
    }

    [Fact]
    public void BoundedMemory_FewCachedEntries_ManyCommands_StaysWithinThem()
    {
        SimulatedCluster cluster = new(nodes: 1, configure: options => options.MaximumCachedEntries = 8);
        cluster.Start();
        for (int i = 0; i < 200; i++)
        {
            cluster.Propose($"{i}");
        }

        Assert.Equal(200, cluster.LogOf("n1").Count); // and the rule has looked all the while
    }
}
