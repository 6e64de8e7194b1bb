using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class SingleNodeTests
{
    [Fact]
    public void NodeWithOnlyAnId_IsAFollowerOfTermZeroThatSaysWhatToDo()
    {
        using RaftNode node = new("n1");

        RaftStatus status = node.Status;

        Assert.Equal(new NodeId("n1"), node.Id);
        Assert.Equal((RaftRole.Follower, 0L, null, null), (status.Role, status.Term, status.VotedFor, status.Leader));
        Assert.Equal((1L, 0L, 0L, 0L), (status.FirstIndex, status.LastIndex, status.CommitIndex, status.AppliedIndex));
        Assert.Equal(["n1"], status.Members.Select(member => member.Id));
        Assert.Contains("call RunAsync", status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void RunAsync_OfASingleNode_LeadsAtOnce()
    {
        Lab lab = new();
        LabNode node = lab.Node();

        node.Lead();

        Assert.True(lab.World.Clock.Now < TimeSpan.FromMilliseconds(100), "It waited for somebody.");
        Assert.Equal((1L, new NodeId("n1"), new NodeId("n1")), (node.Status.Term, node.Status.VotedFor, node.Status.Leader));
    }

    [Fact]
    public void ProposeAsync_OfASingleNode_CommitsAndApplies()
    {
        Lab lab = new();
        LabNode node = lab.Node().Lead();

        Committed first = node.Commit("hello");
        Committed second = node.Commit("world");

        Assert.Equal(["hello", "world"], node.Log);
        Assert.Equal((2L, 1L, 1L), (first.Index, first.Term, Codec.Int64.Read(first.Result))); // index 1 is the new leader's own entry
        Assert.Equal((3L, 1L, 2L), (second.Index, second.Term, Codec.Int64.Read(second.Result)));
        node.Stop();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void SingleNode_AfterACrash_HasEverythingItAcknowledged()
    {
        Lab lab = new();
        LabNode node = lab.Node().Lead();
        node.Commit("hello");

        SimulatedLogStore survived = node.Store.Crash();
        LabNode next = lab.Node(store: survived).Lead();
        lab.World.RunUntil(() => next.Log.Count == 1);

        Assert.Equal(["hello"], next.Log);
        Assert.Equal(2, next.Status.Term);
    }

    [Fact]
    public void SingleNode_WhenIdle_SetsNoTimer()
    {
        Lab lab = new();
        LabNode node = lab.Node().Lead();
        node.Commit("hello");
        lab.World.RunFor(TimeSpan.FromSeconds(10));
        long steps = lab.World.Scheduler.Steps;

        lab.World.RunFor(TimeSpan.FromDays(1));

        Assert.Equal(steps, lab.World.Scheduler.Steps);
    }
}
