using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// A follower that keeps its log in memory only comes back without it. The leader notices by a rejection of what the
/// follower once acknowledged, and feeds it again.
/// </summary>
public sealed class LostLogTests
{
    [Fact]
    public void Follower_LosesItsWholeLog_ReceivesItFromTheStart()
    {
        ModuleCluster cluster = Agreed();
        cluster["n3"].Disk.Wipe();
        cluster["n3"].Restart();
        Assert.Empty(cluster["n3"].Log);

        cluster.Heartbeat("n1");

        Assert.Equal(cluster["n1"].Log, cluster["n3"].Log);
        Assert.Equal(6, cluster["n3"].Module.CommitIndex);
    }

    [Fact]
    public void Follower_LosesTheEndOfItsLog_ReceivesItFromThere()
    {
        ModuleCluster cluster = Agreed();
        cluster.Preset("n3", 1, 1, 1);
        int before = cluster.Delivered.Count;

        cluster.Heartbeat("n1");

        Assert.Equal(cluster["n1"].Log, cluster["n3"].Log);
        AppendEntriesMessage first =
            cluster.Delivered.Skip(before).OfType<AppendEntriesMessage>().First(append => append.To == "n3" && append.Entries.Length > 0);
        Assert.Equal(2, first.PrevLogIndex);
    }

    [Fact]
    public void Follower_LosesItsLogTwice_ReceivesItTwice()
    {
        ModuleCluster cluster = Agreed();
        for (int i = 0; i < 2; i++)
        {
            cluster["n3"].Disk.Wipe();
            cluster["n3"].Restart();
            cluster.Heartbeat("n1");
            cluster.Propose("n1");
            Assert.Equal(cluster["n1"].Log, cluster["n3"].Log);
        }
    }

    /// <summary>What the follower held no longer counts towards a majority.</summary>
    [Fact]
    public void Follower_LosesItsLog_ItsOldAcknowledgementsNoLongerCount()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        n1.Deliver(Make.Accept(n1.TakeSent<AppendEntriesMessage>().Single()));
        n1.Disk.Hold();
        n1.Node.Propose(new byte[1]);
        n1.Deliver(Make.Accept(n1.TakeSent<AppendEntriesMessage>().Single()));
        AppendEntriesMessage heartbeat = Assert.IsType<AppendEntriesMessage>(Assert.Single(n1.Pass(TimeSpan.FromMilliseconds(200))));
        Assert.Equal(2, heartbeat.PrevLogIndex);

        n1.Deliver(Make.Reject(heartbeat, lastIndex: 0, conflictIndex: 0, conflictTerm: 0));
        n1.Disk.Release();

        Assert.Equal(1, n1.Module.CommitIndex);
    }

    private static ModuleCluster Agreed()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        for (int i = 0; i < 5; i++)
        {
            cluster.Propose("n1");
        }

        return cluster;
    }
}
