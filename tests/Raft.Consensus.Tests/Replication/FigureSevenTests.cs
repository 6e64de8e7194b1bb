using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Figure 7: whatever a new leader finds in its followers' logs, its own log prevails (section 5.3).</summary>
public sealed class FigureSevenTests
{
    private static readonly long[] LeaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

    [Fact]
    public void Leader_OfFigureSeven_WinsWithTheVotesOfThoseNotAheadOfIt()
    {
        ModuleCluster cluster = FigureSeven();

        cluster.Elect("n1");

        Assert.Equal((RaftRole.Leader, 8), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        var votes = cluster.Delivered.OfType<RequestVoteReplyMessage>().ToDictionary(reply => reply.From.Value, reply => reply.VoteGranted);
        Assert.Equal(["n2", "n3", "n6", "n7"], votes.Where(vote => vote.Value).Select(vote => vote.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["n4", "n5"], votes.Where(vote => !vote.Value).Select(vote => vote.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Leader_OfFigureSeven_BringsAllLogsToItsOwn()
    {
        ModuleCluster cluster = FigureSeven();

        cluster.Elect("n1");

        Assert.All(cluster.Nodes, node => Assert.Equal([.. LeaderLog, 8], node.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal([.. LeaderLog, 8], node.Disk.Log));
        Assert.All(cluster.Nodes, node => Assert.Equal(11, node.Module.CommitIndex));
    }

    [Fact]
    public void Leader_OfFigureSeven_NeedsOneRejectionPerFollowerAtMost()
    {
        ModuleCluster cluster = FigureSeven();

        cluster.Elect("n1");

        var rejections =
            cluster.Delivered.OfType<AppendEntriesReplyMessage>().Where(reply => !reply.Success).CountBy(reply => reply.From.Value);
        Assert.All(rejections, follower => Assert.Equal(1, follower.Value));
    }

    private static ModuleCluster FigureSeven()
    {
        ModuleCluster cluster = new(7);
        cluster.Preset("n1", 7, LeaderLog);
        cluster.Preset("n2", 7, LeaderLog[..9]);
        cluster.Preset("n3", 7, LeaderLog[..4]);
        cluster.Preset("n4", 7, [.. LeaderLog, 6]);
        cluster.Preset("n5", 7, 1, 1, 1, 4, 4, 5, 5, 6, 7, 7, 7, 7);
        cluster.Preset("n6", 7, 1, 1, 1, 4, 4, 4, 4);
        cluster.Preset("n7", 7, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3);
        return cluster;
    }
}
