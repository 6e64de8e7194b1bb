using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// Section 5.4.2: entries of earlier terms commit only along with one of the leader's own, which the no-op of section 8 provides.
/// </summary>
public sealed class CommittingThePastTests
{
    [Fact]
    public void NewLeader_UncommittedEntriesOfThePast_CommitWithItsNoOp()
    {
        ModuleCluster cluster = new(5);
        cluster.Elect("n1");
        cluster.Cut("n1", "n3", "n4", "n5");
        cluster.Propose("n1");
        cluster.Propose("n1");
        Assert.Equal(1, cluster["n1"].Module.CommitIndex);
        Assert.Equal([1, 1, 1], cluster["n2"].Log);

        cluster.Heal();
        cluster.Elect("n2");

        Assert.All(cluster.Nodes, node => Assert.Equal([1, 1, 1, 2], node.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal(4, node.Module.CommitIndex));
    }

    [Fact]
    public void NewLeader_OnlyThePastOnAMajority_DoesNotCommitIt()
    {
        SingleModule n1 = new(voters: 3, term: 2, log: [1, 2]);
        n1.Lead();
        AppendEntriesMessage append = n1.TakeSent<AppendEntriesMessage>()[0];

        n1.Deliver(Make.Accept(append, lastIndex: 2));
        Assert.Equal(0, n1.Module.CommitIndex);

        n1.Deliver(Make.Accept(append, lastIndex: 3));
        Assert.Equal(3, n1.Module.CommitIndex);
    }

    /// <summary>
    /// Figure 8, (a) to (d): an entry of term 2 that is on a majority can still be overwritten, so counting must not commit it.
    /// </summary>
    [Fact]
    public void FigureEight_OldEntryOnAMajority_IsNotCommittedAndMayBeOverwritten()
    {
        ModuleCluster cluster = FigureEightBeforeD();
        Assert.All(cluster.Nodes, node => Assert.Equal(0, node.Module.CommitIndex));
        Assert.Equal(3, cluster.Nodes.Count(node => node.Log.Length >= 2 && node.Log[1] == 2));

        // (d): S5 wins with the votes of S2, S3 and S4, and overwrites the entry of term 2 with its own of term 3.
        cluster.Isolate("n1");
        cluster.Elect("n5"); // learns that term 4 is taken
        cluster.Elect("n5");

        Assert.Equal(RaftRole.Leader, cluster["n5"].Module.Role);
        Assert.All(["n2", "n3", "n4", "n5"], id => Assert.Equal([1, 3, 5], cluster[new NodeId(id)].Log));
    }

    /// <summary>
    /// Figure 8 (e): once an entry of the leader's own term is on a majority, the old one is committed, and S5 cannot win any more.
    /// </summary>
    [Fact]
    public void FigureEight_OwnEntryOnAMajority_CommitsBoth()
    {
        ModuleCluster cluster = FigureEightBeforeD();
        cluster.Drop = message => message.From == "n5" || message.To == "n5" || message.From == "n4" || message.To == "n4";
        cluster.Heartbeat("n1");
        Assert.Equal(3, cluster["n1"].Module.CommitIndex);

        cluster.Heal();
        cluster.Isolate("n1");
        cluster.Elect("n5");
        cluster.Elect("n5");

        Assert.NotEqual(RaftRole.Leader, cluster["n5"].Module.Role);
        Assert.Equal([1, 2, 4], cluster["n3"].Log);
    }

    /// <summary>
    /// Figure 8 (c): S1 leads term 4 and has brought the entry of term 2 to a majority, but not yet its own. S5 has an
    /// entry of term 3 in that place.
    /// </summary>
    private static ModuleCluster FigureEightBeforeD()
    {
        ModuleCluster cluster = new(5);
        cluster.Preset("n1", 3, 1, 2);
        cluster.Preset("n2", 3, 1, 2);
        cluster.Preset("n3", 3, 1);
        cluster.Preset("n4", 3, 1);
        cluster.Preset("n5", 3, 1, 3);
        cluster.Isolate("n5");
        cluster.TimeOut("n1");
        while (cluster.InFlight.OfType<RequestVoteMessage>().Any() || cluster.InFlight.OfType<RequestVoteReplyMessage>().Any())
        {
            cluster.Deliver(cluster.InFlight.First(message => message is RequestVoteMessage or RequestVoteReplyMessage));
        }

        Assert.Equal((RaftRole.Leader, 4), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        cluster.InFlight.Clear();

        // n3 gets the entry of term 2 alone, as if the message had been cut there, and n2 says that it has it already.
        cluster.Deliver(Make.Append("n1", 4, 1, 1, 0, 2) with { To = "n3" });
        cluster.Deliver(Make.Append("n1", 4, 2, 2, 0) with { To = "n2" });
        foreach (AppendEntriesReplyMessage reply in cluster.Take<AppendEntriesReplyMessage>())
        {
            Assert.Equal((true, 2), (reply.Success, reply.LastIndex));
            cluster.Deliver(reply);
        }

        Assert.Equal([1, 2], cluster["n3"].Log);
        cluster.InFlight.Clear();
        cluster.Heal();
        return cluster;
    }
}
