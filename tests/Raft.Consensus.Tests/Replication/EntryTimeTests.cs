using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Entries carry the leader's time, the only clock a state machine may read: it never falls along the log.</summary>
public sealed class EntryTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Leader_ClockStepsBack_KeepsTheTimeOfTheEntryBefore()
    {
        SingleModule n1 = SingleModule.Leader();

        n1.Node.Propose(default, Noon);
        n1.Node.Propose(default, Noon.AddHours(-3));
        n1.Node.Propose(default, Noon.AddSeconds(1));

        Assert.Equal([Noon, Noon, Noon.AddSeconds(1)], Times(n1.Node)[1..]);
    }

    [Fact]
    public void NewLeader_NoOpAndSlowClock_DoNotFallBehindTheLog()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster["n1"].Propose(default, Noon);
        cluster.DeliverAll();

        cluster.Elect("n2");
        cluster["n2"].Propose(default, Noon.AddHours(-1));
        cluster.DeliverAll();

        Assert.All(cluster.Nodes, node => Assert.Equal([DateTimeOffset.UnixEpoch, Noon, Noon, Noon], Times(node)));
    }

    [Fact]
    public void RestartedLeader_EvictedLog_DoesNotFallBehindIt()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1, settings: Settings.Plain with { MaximumCachedEntries = 1 });
        for (int i = 0; i < 100; i++)
        {
            n1.Node.Propose(default, Noon.AddSeconds(i));
        }

        n1.Node.CrashAndRestart();
        n1.Lead();
        n1.Node.Propose(default, Noon);

        DateTimeOffset[] times = Times(n1.Node);
        Assert.Equal(times.Order(), times);
        Assert.Equal(Noon.AddSeconds(99), times[^1]);
    }

    private static DateTimeOffset[] Times(TestNode node) => [.. node.Disk.Entries.Select(entry => entry.Time)];
}
