using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Reads while the log store of a voter hangs: it neither delays them nor collects work for each of them.</summary>
public sealed class HungVoterReadTests
{
    private const int Reads = 1_000;

    private readonly Lab _lab = new();

    /// <summary>A former leader whose disk hangs hears of the next term, and cannot answer before that is durable.</summary>
    [Fact]
    public void FormerLeader_WhoseTermIsNotDurable_CollectsNothingForEachRead()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode hung = _lab.WaitForLeader(nodes);
        hung.Commit("a");
        hung.Store.Hold();
        _lab.World.Network.Isolate(hung.Raft.Id);
        LabNode leader = _lab.WaitForLeader([.. nodes.Where(node => node != hung)]);
        _lab.World.Network.Rejoin(hung.Raft.Id);
        _lab.World.RunUntil(() => hung.Status.Leader == leader.Raft.Id);
        int heartbeats = 0;
        using MessageRule count = _lab.World.Network.Drop(message =>
        {
            heartbeats += message is AppendEntriesMessage && message.To == hung.Raft.Id ? 1 : 0;
            return false;
        });

        TimeSpan begin = _lab.World.Clock.Now;
        for (int i = 0; i < Reads; i++)
        {
            Assert.Equal(1, _lab.World.Run(Count(leader)));
        }

        double regular = 5 * ((_lab.World.Clock.Now - begin) / new RaftNodeOptions().MinimumElectionTimeout);
        Assert.InRange(heartbeats, 0, regular + 2);
        Assert.InRange(hung.Raft.Footprint!.Value.HeldMessages, 1, 4);

        hung.Store.Release();
        Assert.Equal(1, _lab.World.Run(Count(hung)));
        Assert.Equal(0, hung.Raft.Footprint!.Value.HeldMessages);
    }

    private static ValueTask<int> Count(LabNode node) =>
        node.Raft.ReadAsync((StringLog log) => log.Entries.Count, cancellationToken: CancellationToken.None);
}
