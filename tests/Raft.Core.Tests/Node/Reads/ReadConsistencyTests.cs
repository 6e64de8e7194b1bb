using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Reads that need not see the latest state.</summary>
public sealed class ReadConsistencyTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void AtLeast_IndexThatIsApplied_IsAnsweredWithoutALeader()
    {
        (LabNode leader, LabNode follower) = Started();
        Committed committed = leader.Commit("a");
        _lab.World.RunUntil(() => follower.Status.AppliedIndex >= committed.Index);
        _lab.World.Network.Isolate(follower.Raft.Id);

        Assert.Equal(1, _lab.World.Run(Count(follower, ReadConsistency.AtLeast(committed.Index))));
    }

    [Fact]
    public void AtLeast_IndexThatHasNotArrived_WaitsForIt()
    {
        (LabNode leader, LabNode follower) = Started();
        _lab.World.Network.Isolate(follower.Raft.Id);
        Committed committed = leader.Commit("a");

        Task<int> read = Count(follower, ReadConsistency.AtLeast(committed.Index)).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.False(read.IsCompleted);

        _lab.World.Network.Rejoin(follower.Raft.Id);
        Assert.Equal(1, _lab.World.Run(read));
    }

    [Fact]
    public void Local_OnANodeThatIsCutOff_AnswersAtOnce()
    {
        (LabNode leader, LabNode follower) = Started();
        _lab.World.Network.Isolate(follower.Raft.Id);
        leader.Commit("a");

        Assert.Equal(0, _lab.World.Run(Count(follower, ReadConsistency.Local)));
    }

    [Fact]
    public void BoundedStaleness_WithinTheBound_NeedsNoLeader()
    {
        (LabNode leader, LabNode follower) = Started();
        leader.Commit("a");
        Assert.Equal(1, _lab.World.Run(Count(follower, ReadConsistency.Linearizable)));
        _lab.World.Network.Isolate(follower.Raft.Id);
        leader.Commit("b");

        Assert.Equal(1, _lab.World.Run(Count(follower, ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(30)))));
    }

    /// <summary>The request was answered late: its age counts from when it was sent, not from the answer.</summary>
    [Fact]
    public void BoundedStaleness_CountsFromTheRequest()
    {
        (LabNode leader, LabNode follower) = Started();
        leader.Commit("a");
        MessageRule late = _lab.World.Network.Hold(static message => message is ReadIndexReplyMessage);
        Task<int> first = Count(follower, ReadConsistency.Linearizable).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(3));
        late.Dispose();
        Assert.Equal(1, _lab.World.Run(first));
        _lab.World.Network.Isolate(follower.Raft.Id);

        Task<int> read = Count(follower, ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(2))).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(read.IsCompleted);

        Assert.Equal(1, _lab.World.Run(Count(follower, ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(60)))));
        _lab.World.Network.Rejoin(follower.Raft.Id);
        Assert.Equal(1, _lab.World.Run(read));
    }

    /// <summary>The leader has named the index, and its entry has not arrived: an idle state machine must not answer.</summary>
    [Fact]
    public void Linearizable_EntryOfTheIndexHasNotArrived_WaitsForIt()
    {
        (LabNode leader, LabNode follower) = Started();
        int replies = 0;
        MessageRule late = _lab.World.Network.Drop(message =>
        {
            replies += message is ReadIndexReplyMessage && message.To == follower.Raft.Id ? 1 : 0;
            return message is AppendEntriesMessage { Entries.IsEmpty: false } && message.To == follower.Raft.Id;
        });
        leader.Commit("a");

        Task<int> read = Count(follower, ReadConsistency.Linearizable).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(replies > 0);
        Assert.False(read.IsCompleted);
        late.Dispose();

        Assert.Equal(1, _lab.World.Run(read));
    }

    [Fact]
    public void Barrier_OnAFollower_ReturnsAnIndexThatItHasApplied()
    {
        (LabNode leader, LabNode follower) = Started();
        Committed committed = leader.Commit("a");

        long index = _lab.World.Run(follower.Raft.ReadBarrierAsync(TestContext.Current.CancellationToken));

        Assert.InRange(index, committed.Index, follower.Status.AppliedIndex);
    }

    [Fact]
    public void Text_OfEachConsistency_NamesIt() => Assert.Equal(
        ["linearizable", "local", "at least index 7", "at most 00:00:02 old"],
        new[]
        {
            default,
            ReadConsistency.Local,
            ReadConsistency.AtLeast(7),
            ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(2)),
        }.Select(static consistency => consistency.ToString()));

    private (LabNode Leader, LabNode Follower) Started()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        return (leader, nodes.First(node => node != leader));
    }

    private static ValueTask<int> Count(LabNode node, ReadConsistency consistency) =>
        node.Raft.ReadAsync((StringLog log) => log.Entries.Count, consistency, CancellationToken.None);
}
