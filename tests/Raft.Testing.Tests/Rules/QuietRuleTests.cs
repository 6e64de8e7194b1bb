namespace Raft.Testing.Tests.Rules;

/// <summary>Rules that are looked at when nothing waits, on clusters that run: each is shown what it must find, and what it must let pass.</summary>
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
    public void NobodyIsForgotten_CallerOfALeaderWithAnEntryToCome_Waits()
    {
        _cluster.Network.Isolate("n1");
        _cluster.Submit("b", "n1");
        _cluster.World.RunFor(TimeSpan.FromMilliseconds(10));

        Assert.Equal(1, _cluster["n1"].Waiting);
        Assert.Null(new NobodyIsForgotten().OnQuiet(_cluster["n1"]));
    }

    [Fact]
    public void NobodyIsForgotten_CallerWithoutAnEntry_IsFound()
    {
        _cluster["n2"].Propose("never looked at", new byte[] { 1 }); // no step is run, so nothing has answered yet

        Assert.Contains("1 callers wait at n2, Follower of term 1, whose state machine has applied 2 of 2 entries", new NobodyIsForgotten().OnQuiet(_cluster["n2"]), StringComparison.Ordinal);
    }

    [Fact]
    public void BoundedMemory_CommandBeyondTheLimit_IsFound()
    {
        SimulatedNode leader = _cluster["n1"];
        LogEntry[] Commands(int count) => [.. Enumerable.Range(0, count).Select(_ => new LogEntry(1, EntryKind.Command, new byte[] { 1 }, DateTimeOffset.UnixEpoch))];

        Assert.Null(new BoundedMemory().OnWriting(leader, new LogWrite(null, 3, Commands(3))));
        Assert.Contains("takes a command of 1 bytes beyond 3 uncommitted ones", new BoundedMemory().OnWriting(leader, new LogWrite(null, 3, Commands(4))), StringComparison.Ordinal);
        Assert.Null(new BoundedMemory().OnWriting(_cluster["n2"], new LogWrite(null, 3, Commands(4)))); // its leader has judged
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
