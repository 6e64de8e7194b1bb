using Raft.Testing;

namespace Raft.Tests.Node.Digests;

/// <summary>What the stores of a node hold whose state went wrong, and how it comes back.</summary>
public class DivergedStoresTests
{
    private readonly DigestLab _lab = new();

    public DivergedStoresTests() => _lab.Lab.HasSnapshots = true;

    [Fact]
    public void SameNode_ThatWasStopped_RefusesToRunAgain()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.ProposeThrough(12);
        _lab.StoppedWith("n3");

        _lab.Node("n3").Run();

        Assert.Contains("differs from that of a majority", _lab.Node("n3").Failure().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NewNode_WhoseStateMachineIsRight_ContinuesFromTheSameStores()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.ProposeThrough(12);
        LabNode stopped = _lab.Node("n3");
        _lab.StoppedWith("n3");

        LabNode again = _lab.Replace(stopped, new Tally());
        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.True(again.IsRunning);
        Assert.Equal(20, again.Status.AgreedIndex);
        Assert.Null(_lab.Node("n1").Status.Divergence);
    }

    [Fact]
    public void NewNode_WhoseStateMachineGoesWrongAgain_StopsAgain()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.ProposeThrough(12);
        LabNode stopped = _lab.Node("n3");
        _lab.StoppedWith("n3");

        LabNode again = _lab.Replace(stopped, new Tally(10));
        _lab.ProposeThrough(20);

        Assert.IsType<StateDivergedException>(again.Failure().InnerException);
    }

    [Fact]
    public void NewNode_ThatGoesWrongAfterItsSnapshot_IsNotGivenTheIndexesOfItsEarlierRun()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "none", wrongFrom: 0, leader: "n1");
        _lab.ProposeThrough(10);
        _lab.Lab.World.Run(_lab.Node("n3").Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());
        _lab.ProposeThrough(40);
        _lab.Settle();
        long term = _lab.Node("n1").Status.Term;
        LabNode before = _lab.Node("n3");
        Assert.Equal(40, before.Status.AgreedIndex);
        before.Stop();

        _lab.Replace(before, new Tally(wrongFrom: 22));

        StateDivergence divergence = _lab.StoppedWith("n3");
        Assert.Equal(term, _lab.Node("n1").Status.Term);
        Assert.Equal((20L, 24L), (divergence.AgreedIndex, divergence.DifferingIndex));
        Assert.Equal(20, _lab.Node("n3").Status.AgreedIndex);
    }

    [Fact]
    public void Snapshot_OfAWrongState_ReplacesNoGoodOne()
    {
        _lab.StartWithWrong(3, wrong: "n3", wrongFrom: 22, leader: "n1", static options =>
        {
            options.SnapshotAfterEntries = 10;
            options.TrailingEntries = 0;
        });

        _lab.ProposeThrough(24);
        LabNode stopped = _lab.Node("n3");
        Assert.Contains("is from before that", stopped.Failure().Message, StringComparison.Ordinal);
        Assert.Equal(12, stopped.Status.SnapshotIndex);
        Assert.InRange(stopped.Status.FirstIndex, 1, 21);
    }

    [Fact]
    public void Snapshot_HasTheStateOfAnIndexThatIsCompared()
    {
        _lab.Start(static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally(), new Tally());

        _lab.ProposeThrough(11);
        _lab.Settle();
        Assert.All(_lab.Nodes, static node => Assert.Equal(0, node.Status.SnapshotIndex));

        _lab.ProposeThrough(13);
        _lab.Settle();
        Assert.All(_lab.Nodes, static node => Assert.Equal(12, node.Status.SnapshotIndex));
    }

    [Fact]
    public void Snapshot_OfANodeWithoutOthers_WaitsForNothing()
    {
        LabNode node = _lab.Start(static options => options.SnapshotAfterEntries = 10, new Tally());

        _lab.ProposeThrough(11);
        _lab.Settle();

        Assert.Equal(10, node.Status.SnapshotIndex);
    }

    [Fact]
    public void Snapshot_WhenComparisonsAreRarer_WaitsForNothing()
    {
        _lab.Start(
            static options => (options.DigestInterval, options.SnapshotAfterEntries) = (100, 100), new Tally(), new Tally(), new Tally());
        using MessageRule lost = _lab.Network.Drop(static message => message is StateDigestMessage);

        _lab.ProposeThrough(101);
        _lab.Settle();

        Assert.All(_lab.Nodes, static node => Assert.Equal(100, node.Status.SnapshotIndex));
    }

    [Fact]
    public void Snapshot_ThatIsNotCompared_IsWrittenAfterAWhile()
    {
        _lab.Start(static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally(), new Tally());
        using MessageRule lost = _lab.Network.Drop(static message => message is StateDigestMessage);
        _lab.ProposeThrough(13);
        _lab.Lab.World.RunFor(new RaftNodeOptions().MaximumElectionTimeout * 3.5);
        Assert.All(_lab.Nodes, static node => Assert.Equal(0, node.Status.SnapshotIndex));

        _lab.Lab.World.RunFor(new RaftNodeOptions().MaximumElectionTimeout);

        Assert.All(_lab.Nodes, static node => Assert.Equal(12, node.Status.SnapshotIndex));
    }

    [Fact]
    public void Snapshot_OfAStateWithoutADigest_IsWrittenAtOnce()
    {
        _lab.Start(
            static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally() { HasDigest = false }, new Tally());

        _lab.ProposeThrough(13);
        _lab.Lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal(12, _lab.Node("n2").Status.SnapshotIndex);
    }

    [Fact]
    public void Stop_WhileASnapshotWaitsForItsIndex_IsNotDelayed()
    {
        LabNode leader = _lab.Start(static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally(), new Tally());
        _lab.ProposeThrough(11);
        _lab.Settle();
        TimeSpan before = _lab.Lab.World.Clock.Now;

        leader.Stop();

        Assert.True(_lab.Lab.World.Clock.Now - before < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Snapshot_ThatCannotBeCompared_WaitsUntilTheNextOneIsDue()
    {
        _lab.Start(
            static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally() { HasDigest = false }, new Tally());
        LabNode leader = _lab.Lab.WaitForLeader(_lab.Running);
        using (_lab.Network.Drop(static message => message is StateDigestMessage))
        {
            _lab.ProposeThrough(16);
            _lab.Lab.World.RunFor(TimeSpan.FromSeconds(1));
            Assert.All(_lab.Nodes.Where(static node => node.Raft.Id != "n2"), static node => Assert.Equal(0, node.Status.SnapshotIndex));

            _lab.ProposeThrough(26);
            _lab.Lab.World.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.True(leader.IsRunning);
        Assert.All(_lab.Nodes.Where(static node => node.Raft.Id != "n2"), static node => Assert.InRange(node.Status.SnapshotIndex, 10, 16));
    }

    [Fact]
    public void Snapshot_OnRequest_WaitsForNoComparison()
    {
        LabNode leader = _lab.StartWithWrong(nodes: 3, wrong: "none", wrongFrom: 0, leader: "n1");
        using MessageRule lost = _lab.Network.Drop(static message => message is StateDigestMessage);
        _lab.ProposeThrough(10);

        SnapshotInfo? taken = _lab.Lab.World.Run(leader.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(10, taken?.LastIncludedIndex);
    }

    [Fact]
    public void Snapshot_OnRequest_DoesNotWaitForTheIndexOfAnAutomaticOne()
    {
        LabNode leader = _lab.Start(static options => options.SnapshotAfterEntries = 10, new Tally(), new Tally(), new Tally());
        _lab.ProposeThrough(11);
        _lab.Settle();
        Assert.Equal(0, leader.Status.SnapshotIndex);

        SnapshotInfo? taken = _lab.Lab.World.Run(leader.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(11, taken?.LastIncludedIndex);
        _lab.ProposeThrough(26); // the next one is counted from there
        _lab.Settle();
        Assert.Equal(24, leader.Status.SnapshotIndex);
    }

    [Fact]
    public void Follower_ThatIsRestoredFromASnapshot_IsComparedFromThereOn()
    {
        _lab.StartWithWrong(3, wrong: "none", wrongFrom: 0, leader: "n1", static options =>
        {
            options.SnapshotAfterEntries = 10;
            options.TrailingEntries = 0;
        });
        _lab.Network.Isolate("n3");
        _lab.ProposeThroughAt("n1", 30);
        _lab.Settle();
        _lab.Network.Heal();

        _lab.Lab.WaitForLeader(_lab.Running);
        _lab.ProposeThrough(42);
        _lab.Settle();

        Assert.True(_lab.Node("n3").Status.SnapshotIndex >= 10);
        Assert.True(_lab.Node("n3").Status.FirstIndex > 1);
        Assert.True(_lab.Node("n3").Status.AgreedIndex >= 40);
        Assert.Equal(3, _lab.Running.Length);
        Assert.All((string[])["n1", "n2", "n3"], id => Assert.Empty(_lab.Alarms(id)));
    }
}
