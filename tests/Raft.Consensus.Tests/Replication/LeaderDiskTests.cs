using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// Dissertation, section 10.2.1: the leader writes while its followers do, and its own copy counts only once it is durable.
/// </summary>
public sealed class LeaderDiskTests
{
    [Fact]
    public void Leader_OwnWriteUnsyncedAndOneAcknowledgement_DoesNotCommit()
    {
        (ModuleCluster cluster, AppendEntriesMessage[] appends) = Proposed();

        cluster.Deliver(appends[0]);
        cluster.DeliverAll();
        Assert.Equal(1, cluster["n1"].Module.CommitIndex);

        cluster["n1"].Disk.Release();
        Assert.Equal(2, cluster["n1"].Module.CommitIndex);
    }

    [Fact]
    public void Leader_OwnWriteUnsyncedAndTwoAcknowledgements_Commits()
    {
        (ModuleCluster cluster, AppendEntriesMessage[] appends) = Proposed();

        cluster.Deliver(appends[0]);
        cluster.Deliver(appends[1]);
        cluster.DeliverAll();

        Assert.Equal((2, 1), (cluster["n1"].Module.CommitIndex, cluster["n1"].Module.DurableIndex));
    }

    [Fact]
    public void Leader_OwnWriteSyncedAlone_DoesNotCommit()
    {
        (ModuleCluster cluster, _) = Proposed();

        cluster["n1"].Disk.Release();

        Assert.Equal((1, 2), (cluster["n1"].Module.CommitIndex, cluster["n1"].Module.DurableIndex));
    }

    [Fact]
    public void SingleNode_Proposal_CommitsWhenItIsDurable()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1);
        Assert.Equal(1, n1.Module.CommitIndex);
        n1.Disk.Hold();
        n1.Node.Propose(new byte[] { 1 });
        Assert.Equal(1, n1.Module.CommitIndex);

        n1.Disk.Release();

        Assert.Equal(2, n1.Module.CommitIndex);
    }

    /// <summary>A leader n1 whose disk is slow, and its appends of one proposal for n2 and n3.</summary>
    private static (ModuleCluster Cluster, AppendEntriesMessage[] Appends) Proposed()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster["n1"].Disk.Hold();
        cluster["n1"].Propose(new byte[] { 1 });
        return (cluster, cluster.Take<AppendEntriesMessage>());
    }
}
