namespace Raft.Tests.Node;

/// <summary>A process may hold a thousand groups that have nothing to do: they wake it together, and only for heartbeats.</summary>
public sealed class IdleWakingTests
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void IdleCluster_WakesForHeartbeatsOnly_AtMultiplesOfAnEighthOfTheirInterval()
    {
        Lab lab = new();
        ChannelNetwork network = new(); // takes no time, so that nothing is ever due but what the nodes have set
        LabNode[] nodes = lab.Cluster(
            3,
            static options => options.HeartbeatInterval = HeartbeatInterval,
            transport: network.CreateTransport);
        Array.ForEach(nodes, static node => node.Run());
        lab.WaitForLeader(nodes);
        lab.World.RunFor(TimeSpan.FromSeconds(5)); // what was set before there was a leader is over

        List<TimeSpan> wakings = [];
        TimeSpan end = lab.World.Clock.Now + TimeSpan.FromSeconds(20);
        while (lab.World.Clock.NextDueAt is { } due && due <= end)
        {
            wakings.Add(due);
            lab.World.RunFor(due - lab.World.Clock.Now);
        }

        Assert.Equal(100, wakings.Count);
        Assert.All(wakings, static due => Assert.Equal(0, due.Ticks % (HeartbeatInterval / 8).Ticks));
        Array.ForEach(nodes, static node => node.Stop());
    }
}
