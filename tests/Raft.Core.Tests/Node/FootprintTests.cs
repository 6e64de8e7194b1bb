using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>What a node keeps for its callers and its work is gone when they are done.</summary>
public sealed class FootprintTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void ReadLogAsync_FromTheStore_LeavesNothing()
    {
        LabNode node = _lab.Node(configure: options => options.MaximumCachedEntries = 1).Lead();
        for (int i = 0; i < 100; i++)
        {
            node.Commit($"{i}");
        }

        Assert.Equal(101, _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token)).Count);
        _lab.World.RunUntilIdle();

        Assert.Equal(0, node.Raft.Footprint!.Value.StoreReads);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Handlers_WhenAnswered_LeaveNothing()
    {
        LabNode node = _lab.Node(members: 3);
        for (int term = 1; term <= 5; term++)
        {
            node.RequestVote(term, "n2");
            node.AppendEntries(term, "n2", 0, 0, []);
        }

        Assert.Equal(0, node.Raft.Footprint!.Value.HandlerCalls);
        node.AssertNoCallerWaits();
    }

    /// <summary>Who gives up is forgotten once the answer is known.</summary>
    [Fact]
    public void Handlers_WhoseCallersGaveUp_LeaveNothing()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(1, "n2");
        node.Store.Hold();
        using CancellationTokenSource givingUp = new();
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(2, "n2", 0, 0, givingUp.Token).AsTask();
        _lab.World.RunUntilIdle();
        Assert.Equal(1, node.Raft.Footprint!.Value.HandlerCalls);

        givingUp.Cancel();
        _lab.Fails<OperationCanceledException>(vote);
        node.Store.Release();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));

        Assert.Equal(0, node.Raft.Footprint!.Value.HandlerCalls);
    }

    [Fact]
    public void Leader_WhoseFollowerHasItsSnapshot_KeepsNoSender()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 7, options => (options.TrailingEntries, options.SnapshotChunkBytes) = (0, 64));
        cluster.Start("n1");
        cluster.Start("n2");
        cluster.Elect("n1");
        for (int i = 0; i < 20; i++)
        {
            cluster.Propose($"{i}");
        }

        cluster.TakeSnapshot("n1");
        int most = 0;
        bool Look(RaftMessage message)
        {
            most = Math.Max(most, cluster["n1"].Raft.Footprint!.Value.SnapshotSenders);
            return false;
        }

        using (cluster.Network.Drop(Look))
        {
            cluster.Start("n3");
            cluster.Settle();
        }

        cluster.World.RunFor(TimeSpan.FromSeconds(1)); // until the leader is notified

        Assert.Equal(1, most);
        Assert.Equal(0, cluster["n1"].Raft.Footprint!.Value.SnapshotSenders);
    }

    /// <summary>A stopping node waits for several things, one after another.</summary>
    [Fact]
    public void StoppingNode_KeepsOneWaitAtATime()
    {
        GatedSnapshots machine = new();
        LabNode node = _lab.Node(members: 3, machine: machine);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        peers.Acknowledge = false;
        Task<Committed> proposal = node.Propose("a");
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        node.Store.Hold();
        machine.IsOpen = false;
        Task<Committed> unwritten = node.Propose("b");
        node.RequestStop();
        int most = 0;
        for (int i = 0; i < 200; i++)
        {
            _lab.World.RunFor(TimeSpan.FromMilliseconds(50));
            most = Math.Max(most, node.Raft.Footprint?.Conditions ?? 0);
        }

        Assert.Equal(1, most);
        Assert.Null(node.Raft.Footprint); // it has given up on all of them
        node.Store.Release();
        _lab.World.Run(node.Running!);
        _lab.Fails<OutcomeUnknownException>(proposal);
        _lab.Fails<OutcomeUnknownException>(unwritten);
    }
}
