using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>First example: nodes elect one leader with randomized timeouts of 1 to 3 s, and its heartbeats keep it.</summary>
public sealed class ElectionExampleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void ThreeNodes_WithDefaultTimeouts_ElectOneLeader(ulong seed)
    {
        SimulatedCluster cluster = new(3, seed, UseDefaultTimeouts);

        cluster.Start();
        NodeId leader = cluster.WaitForLeader(TimeSpan.FromSeconds(15));
        cluster.Settle();

        Assert.True(cluster.World.Clock.Now >= TimeSpan.FromSeconds(1), "Somebody campaigned before the shortest timeout.");
        Assert.Single(cluster.Nodes, node => node.Status.Role == RaftRole.Leader);
        Assert.All(cluster.Nodes, node => Assert.Equal(leader, node.Status.Leader));
        Assert.Single(cluster.Nodes.Select(node => node.Status.Term).Distinct());
    }

    [Fact]
    public void Leader_WhileItsHeartbeatsArrive_IsKept()
    {
        SimulatedCluster cluster = new(3, configure: UseDefaultTimeouts);
        cluster.Start();
        NodeId leader = cluster.WaitForLeader();
        long term = cluster[leader].Status.Term;

        cluster.World.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(leader, cluster.Leader);
        Assert.All(cluster.Nodes, node => Assert.Equal(term, node.Status.Term));
        Assert.Equal(1, cluster.Elections);
    }

    [Fact]
    public void Leader_WithoutOtherTraffic_SendsAHeartbeatEveryFifthOfTheShortestTimeout()
    {
        SimulatedCluster cluster = new(3, configure: UseDefaultTimeouts);
        cluster.Start();
        cluster.WaitForLeader();
        cluster.Settle();
        int heartbeats = 0;
        using MessageRule counting = cluster.Network.Drop(message =>
        {
            heartbeats += message is AppendEntriesMessage { Entries.Length: 0 } ? 1 : 0;
            return false;
        });

        cluster.World.RunFor(TimeSpan.FromSeconds(10));

        Assert.InRange(heartbeats, 2 * 49, 2 * 51); // 2 followers, every 200 ms
    }

    [Fact]
    public void Followers_WithoutHeartbeats_ElectAnotherLeader()
    {
        SimulatedCluster cluster = new(3, configure: UseDefaultTimeouts);
        cluster.Start();
        NodeId old = cluster.WaitForLeader();
        long term = cluster[old].Status.Term;

        using MessageRule silence = cluster.Network.Drop(message => message.From == old && message is AppendEntriesMessage);
        cluster.World.RunUntil(() => cluster.Leader is { } leader && leader != old, TimeSpan.FromSeconds(15));

        Assert.True(cluster[cluster.Leader!.Value].Status.Term > term);
    }

    private static void UseDefaultTimeouts(RaftNodeOptions options)
    {
        RaftNodeOptions defaults = new();
        Assert.Equal(
            (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)),
            (defaults.MinimumElectionTimeout, defaults.MaximumElectionTimeout));
        options.MinimumElectionTimeout = defaults.MinimumElectionTimeout;
        options.MaximumElectionTimeout = defaults.MaximumElectionTimeout;
    }
}
