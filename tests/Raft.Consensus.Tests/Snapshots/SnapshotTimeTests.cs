using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>Times never fall along the log, also where its last entry is in a snapshot only.</summary>
public sealed class SnapshotTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TestSnapshot Snapshot = new(10, 1, [1, 2, 3], Noon);

    [Fact]
    public void NewLeader_LogStartsAfterAnInstalledSnapshot_DoesNotFallBehindItsTime()
    {
        SingleModule n1 = new(voters: 2);
        n1.Deliver(Make.Install("n2", 1, Snapshot));

        n1.Lead();
        n1.Node.Propose(default, Noon.AddHours(-1));
        n1.Node.Propose(default, Noon.AddHours(1));

        Assert.Equal([Noon, Noon, Noon.AddHours(1)], Times(n1));
    }

    [Fact]
    public void Leader_CompactsItsWholeLog_DoesNotFallBehindItsTime()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1);
        n1.Node.Propose(default, Noon);
        Assert.Equal(Noon, n1.Node.Compact().Time);
        Assert.Empty(n1.Node.Log);

        n1.Node.Propose(default, Noon.AddHours(-1));

        Assert.Equal([Noon], Times(n1));
    }

    [Fact]
    public void NewLeader_WholeLogCompacted_DoesNotFallBehindItsTime()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster["n1"].Propose(default, Noon);
        cluster.DeliverAll();
        cluster["n2"].Compact();

        cluster.Elect("n2");
        cluster["n2"].Propose(default, Noon.AddHours(-1));

        Assert.Equal([Noon, Noon], cluster["n2"].Disk.Entries.Select(entry => entry.Time));
    }

    [Fact]
    public void RestartedLeader_WholeLogCompacted_DoesNotFallBehindTheSnapshotsTime()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1);
        n1.Node.Propose(default, Noon);
        n1.Node.Compact();

        n1.Node.CrashAndRestart();
        n1.Lead();
        n1.Node.Propose(default, Noon.AddHours(-1));

        Assert.Equal([Noon, Noon], Times(n1));
    }

    /// <summary>The crash came between the snapshot and the log that begins after it.</summary>
    [Fact]
    public void RestartedLeader_LogRestartsAtRecovery_DoesNotFallBehindTheSnapshotsTime()
    {
        SingleModule n1 = new(voters: 1);
        n1.Node.Snapshots.Add(Snapshot);

        n1.Node.CrashAndRestart();
        n1.Lead();

        Assert.Equal([Noon], Times(n1));
    }

    [Fact]
    public void Leader_CompactsEvictedEntries_DoesNotFallBehindItsTime()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1, settings: Settings.Plain with { MaximumCachedEntries = 1 });
        for (int i = 0; i < 100; i++)
        {
            n1.Node.Propose(default, Noon.AddSeconds(i));
        }

        n1.Node.Compact(through: 5);
        n1.Node.Compact(through: 101);
        n1.Node.Propose(default, Noon);

        Assert.Equal([Noon.AddSeconds(99)], Times(n1));
    }

    private static DateTimeOffset[] Times(SingleModule n1) => [.. n1.Disk.Entries.Select(entry => entry.Time)];
}
