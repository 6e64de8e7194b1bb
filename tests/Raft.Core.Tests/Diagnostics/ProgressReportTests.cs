namespace Raft.Tests.Node;

/// <summary>A node that its leader does not reach says so, and which link is broken; one that makes no progress says how far it is.</summary>
public sealed class ProgressReportTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();

    public ProgressReportTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    /// <summary>The link in both directions, or only from the leader.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Follower_CutOffFromItsLeaderOnly_NamesTheLink(bool bothWays)
    {
        LabNode[] nodes = Run();
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode other = nodes.First(node => node != leader);
        NodeId third = nodes.Single(node => node != leader && node != other).Raft.Id;
        _lab.World.Network.CutOneWay(leader.Raft.Id, other.Raft.Id);
        if (bothWays)
        {
            _lab.World.Network.CutOneWay(other.Raft.Id, leader.Raft.Id);
        }

        _lab.World.RunFor(TimeSpan.FromMinutes(10));

        string expected = $"{third} follows {leader.Raft.Id}, from which this node receives no messages: "
            + $"look at the link between {leader.Raft.Id} and this node";
        Assert.Equal($"no leader: {expected}", other.Status.Explanation);
        Assert.InRange(_logged.Of(129).Length, 9, 10); // once a minute
        Assert.EndsWith(expected, _logged.Of(129)[0].Message, StringComparison.Ordinal);
        Assert.Equal(RaftRole.Leader, leader.Status.Role);
    }

    [Fact]
    public void Follower_CutOffFromEveryone_DoesNotClaimToKnowALeader()
    {
        LabNode[] nodes = Run();
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode other = nodes.First(node => node != leader);
        _lab.World.Network.Isolate(other.Raft.Id);

        _lab.World.RunFor(TimeSpan.FromMinutes(10));

        Assert.StartsWith("no leader: 1 of 3 voters reachable, 2 needed", other.Status.Explanation, StringComparison.Ordinal);
        Assert.Empty(_logged.Of(129));
    }

    [Fact]
    public void Proposal_AtANodeThatDoesNotHearItsLeader_IsRefusedWithTheLink()
    {
        LabNode[] nodes = Run();
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode other = nodes.First(node => node != leader);
        _lab.World.Network.Cut(leader.Raft.Id, other.Raft.Id);
        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        NotLeaderException refusal = _lab.Fails<NotLeaderException>(other.Propose("a"));

        Assert.Contains("look at the link between", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_Restored_EndsTheReports()
    {
        LabNode[] nodes = Run();
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode other = nodes.First(node => node != leader);
        _lab.World.Network.Cut(leader.Raft.Id, other.Raft.Id);
        _lab.World.RunFor(TimeSpan.FromMinutes(2));

        _lab.World.Network.Restore(leader.Raft.Id, other.Raft.Id);
        _lab.World.RunUntil(() => other.Status.Leader is not null);
        _lab.World.RunUntilIdle();

        Assert.Single(_logged.Of(131));
        Assert.StartsWith("follows", other.Status.Explanation, StringComparison.Ordinal);
    }

    /// <summary>Heartbeats arrive, and nothing else: its own commit index says that it lacks nothing.</summary>
    [Fact]
    public void Follower_ThatReceivesOnlyHeartbeats_ReportsThatItMakesNoProgress()
    {
        LabNode node = _lab.Node("n1", members: 3);
        node.Run();
        for (int second = 0; second < 30; second++)
        {
            node.AppendEntries(1, "n2", 0, 0, [], leaderCommit: 900);
            _lab.World.RunFor(TimeSpan.FromSeconds(0.9));
        }

        Assert.Equal((0, 900, false), (node.Status.CommitIndex, node.Status.KnownCommitIndex, node.Status.HasCaughtUp));
        Assert.InRange(node.Status.Lag, TimeSpan.FromSeconds(26), TimeSpan.FromSeconds(28));
        Assert.EndsWith("; it makes no progress towards what its leader has committed", node.Status.Explanation, StringComparison.Ordinal);
        string message = Assert.Single(_logged.Of(132)).Message;
        Assert.Contains("up to 0, and its leader n2 those up to 900", message, StringComparison.Ordinal);

        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a")], leaderCommit: 900);
        _lab.World.RunFor(TimeSpan.FromSeconds(0.9));

        Assert.Single(_logged.Of(133));
    }

    [Fact]
    public void Cluster_ToWhichNothingIsProposed_HasCaughtUpAndDoesNotLag()
    {
        LabNode[] nodes = Run();
        _lab.WaitForLeader(nodes);
        _lab.World.RunFor(TimeSpan.FromHours(1));

        Assert.All(nodes, static node => Assert.Equal((true, TimeSpan.Zero), (node.Status.HasCaughtUp, node.Status.Lag)));
        Assert.DoesNotContain(132, _logged.Ids);
    }

    [Fact]
    public void Leader_WhoseProposalWaits_LagsForAsLong()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        _ = node.Propose("a");
        _lab.World.RunFor(TimeSpan.FromSeconds(7));

        Assert.InRange(node.Status.Lag, TimeSpan.FromSeconds(6.9), TimeSpan.FromSeconds(7));
        node.Store.Release();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, node.Status.Lag);
    }

    private LabNode[] Run()
    {
        LabNode[] nodes = _lab.Cluster(3);
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        return nodes;
    }
}
