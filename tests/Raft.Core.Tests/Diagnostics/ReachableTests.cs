using Raft.Consensus;
namespace Raft.Tests.Node;

/// <summary>Who can be reached, and that statuses that say the same are equal.</summary>
public sealed class ReachableTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Reachable_OfALeader_AreTheMembersThatAnswer()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        LabNode silent = nodes.First(node => node != leader);
        _lab.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(["n1", "n2", "n3"], Ids(leader.Status));

        _lab.World.Network.Isolate(silent.Raft.Id);
        _lab.World.RunFor(TimeSpan.FromSeconds(30));

        Assert.Equal(nodes.Where(node => node != silent).Select(static node => node.Raft.Id.Value), Ids(leader.Status));
        Assert.Equal([silent.Raft.Id.Value], Ids(silent.Status));
    }

    [Fact]
    public void Reachable_OfANodeThatNeverRan_IsItself()
    {
        Assert.Equal(["n2"], Ids(_lab.Node("n2", members: 3).Status));
    }

    [Fact]
    public void Reachable_OfANodeThatHasStopped_IsItself()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        _lab.World.RunFor(TimeSpan.FromSeconds(5));

        leader.Stop();

        Assert.Equal([leader.Raft.Id.Value], Ids(leader.Status));
    }

    [Fact]
    public void Statuses_ThatSayTheSame_AreEqual()
    {
        StatusBoard board = Board();
        board.Publish(Published("n1", "n2"));
        RaftStatus before = board.Read().Status;
        board.Publish(Published("n1", "n2", "n3"));
        RaftStatus between = board.Read().Status;
        board.Publish(Published("n1", "n2"));
        RaftStatus after = board.Read().Status;

        Assert.Equal(before, after);
        Assert.Equal(before.GetHashCode(), after.GetHashCode());
        Assert.NotEqual(before, between);
    }

    [Fact]
    public void WatchAsync_AroundAChangeThatWasUndone_ShowsNothingTwice()
    {
        LabNode node = _lab.Node("n2", members: 3);
        using CancellationTokenSource cancellation = new();
        List<RaftStatus> seen = [];
        Task watcher = WatchAsync(node, seen, cancellation.Token);
        node.Run();
        for (int i = 0; i < 200; i++)
        {
            _lab.World.RunFor(TimeSpan.FromMilliseconds(_lab.World.Random.Next(1_000)));
            node.AppendEntries(7 + (i / 50), _lab.World.Random.Chance(0.5) ? "n1" : "n3", 0, 0, []);
            _ = node.Status; // another reader
        }

        Assert.True(seen.Count > 10);
        Assert.All(seen.Zip(seen.Skip(1)), static pair => Assert.NotEqual(Content(pair.First), Content(pair.Second)));
        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(watcher);
    }

    private static string Content(RaftStatus status) => $"{status} {string.Join(", ", Ids(status))}";

    private static IEnumerable<string> Ids(RaftStatus status) => status.Reachable.Select(static member => member.Id);

    private static readonly ClusterConfiguration Three = new(["n1", "n2", "n3"]);

    private static PublishedStatus Published(params NodeId[] reachable) => new()
    {
        Lifecycle = NodeLifecycle.Running,
        Term = 1,
        Leader = new NodeId("n2"),
        FirstIndex = 1,
        Configuration = Three,
        Reachable = new NodeSet(reachable),
    };

    private static StatusBoard Board() => new("n1", null!, null!);

    private static async Task WatchAsync(LabNode node, List<RaftStatus> seen, CancellationToken cancellationToken)
    {
        await foreach (RaftStatus status in node.Raft.WatchAsync(cancellationToken))
        {
            seen.Add(status);
        }
    }
}
