using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Section 5.2: a candidate that receives a message from a leader of at least its own term recognizes it and becomes a follower.
/// </summary>
public sealed class ConcedeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Candidate_AnotherWonItsTerm_Concedes(bool preVote)
    {
        ModuleCluster cluster = new(3, Settings.Plain with { PreVote = preVote });
        cluster.Isolate("n1");
        cluster.Elect("n1");
        cluster.Elect("n3");
        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);

        cluster.Heal();
        cluster.Heartbeat("n3");
        cluster.Propose("n3");

        Assert.Equal((RaftRole.Follower, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.All(cluster.Nodes, node => Assert.Equal([1, 1], node.Log));
    }

    [Fact]
    public void Candidate_AppendEntriesOfAnEarlierTerm_ContinuesItsCampaign()
    {
        SingleModule n1 = new(term: 4);
        n1.TimeOut();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 4, 0, 0, 0, 4));

        Assert.Equal((false, 5), (reply.Success, reply.Term));
        Assert.Equal((RaftRole.Candidate, 5), (n1.Module.Role, n1.Module.Term));
        Assert.Empty(n1.Node.Log);
    }
}
