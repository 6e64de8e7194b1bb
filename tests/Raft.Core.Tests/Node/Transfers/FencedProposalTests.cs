using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A leadership proposes in its own term only, and starts with everything that was committed before it.</summary>
public sealed class FencedProposalTests
{
    private readonly Lab _lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Leadership_InItsTerm_Proposes()
    {
        LabNode node = _lab.Node().Lead();
        Leadership leadership = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));

        Committed text = _lab.World.Run(leadership.ProposeAsync("a", Token));
        Committed span = _lab.World.Run(leadership.ProposeAsync("b"u8, Token));
        Committed memory = _lab.World.Run(leadership.ProposeAsync(new byte[] { (byte)'c' }.AsMemory(), Token));
        long typed = _lab.World.Run(leadership.CreateProposer<string, long>().ProposeAsync("d", Token));

        Assert.Equal(["a", "b", "c", "d"], node.Log);
        Assert.Equal([leadership.Term], new[] { text.Term, span.Term, memory.Term }.Distinct());
        Assert.Equal(4, typed);
    }

    /// <summary>The node leads again, and would append the proposal of its former worker in the new term.</summary>
    [Fact]
    public void Leadership_OfAnEarlierTermOfTheSameNode_IsRefused()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        Leadership earlier = _lab.World.Run(leader.Raft.WaitForLeadershipAsync(Token));
        LabNode other = nodes.First(node => node != leader);
        _lab.World.Run(leader.Raft.TransferLeadershipAsync(other.Raft.Id, Token).AsTask());
        _lab.World.Run(other.Raft.TransferLeadershipAsync(leader.Raft.Id, Token).AsTask());
        Leadership now = _lab.World.Run(leader.Raft.WaitForLeadershipAsync(Token));
        Assert.True(now.Term > earlier.Term);

        LeadershipLostException refusal = _lab.Fails<LeadershipLostException>(earlier.ProposeAsync("late", Token).AsTask());
        _lab.Fails<LeadershipLostException>(earlier.CreateProposer<string, long>().ProposeAsync("late", Token).AsTask());

        Assert.Equal(earlier.Term, refusal.Term);
        _lab.World.Run(now.ProposeAsync("in time", Token));
        Assert.Equal(["in time"], leader.Log);
    }

    [Fact]
    public void Leadership_OfANodeThatFollows_IsRefusedWithTheTerm()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        Leadership earlier = _lab.World.Run(leader.Raft.WaitForLeadershipAsync(Token));
        _lab.World.Run(leader.Raft.TransferLeadershipAsync(cancellationToken: Token).AsTask());

        Assert.Equal(
            earlier.Term, _lab.Fails<LeadershipLostException>(earlier.ProposeAsync("late", Token).AsTask()).Term);
    }

    [Fact]
    public void Leadership_MadeByATest_CannotPropose()
    {
        Leadership leadership = new(3, CancellationToken.None);

        Assert.Throws<InvalidOperationException>(() => { _ = leadership.ProposeAsync("a", Token).AsTask(); });
    }

    /// <summary>What was committed before its term is committed again with its no-op, and may still wait for the state machine.</summary>
    [Fact]
    public void WaitForLeadership_NoOpIsCommittedAndNotApplied_WaitsForTheStateMachine()
    {
        TaskCompletionSource gate = new();
        LabNode node = _lab.Node();
        node.Run();
        node.Raft.Occupy(new HeldQuery(gate.Task));
        _lab.World.RunUntil(() => node.Status is { Role: RaftRole.Leader, CommitIndex: 1 });

        Task<Leadership> waiting = node.Raft.WaitForLeadershipAsync(Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal((0, false), (node.Status.AppliedIndex, waiting.IsCompleted));
        gate.SetResult();

        Assert.Equal(1, _lab.World.Run(waiting).Term);
        Assert.Equal(1, node.Status.AppliedIndex);
    }

    /// <summary>Before its no-op is applied, the state of a new leader may lack what was acknowledged before its term.</summary>
    [Fact]
    public void WaitForLeadership_StateMachineIsBehind_WaitsForIt()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode first = _lab.WaitForLeader(nodes);
        first.Commit("a");
        MessageRule silence = _lab.World.Network.Drop(static message => message is AppendEntriesReplyMessage);
        LabNode[] others = [.. nodes.Where(node => node != first)];
        first.Stop();
        LabNode? leader = null;
        _lab.World.RunUntil(() => (leader = others.FirstOrDefault(static node => node.Status.Role == RaftRole.Leader)) is not null);

        Task<Leadership> waiting = leader!.Raft.WaitForLeadershipAsync(Token).AsTask();
        _lab.World.RunUntil(() => leader.Status.Role != RaftRole.Leader);
        Assert.False(waiting.IsCompleted); // it led, and could not commit its no-op

        silence.Dispose();
        LabNode next = _lab.WaitForLeader(others);
        if (next != leader)
        {
            _lab.World.Run(next.Raft.TransferLeadershipAsync(leader.Raft.Id, Token).AsTask());
        }

        Leadership leadership = _lab.World.Run(waiting);
        Assert.Equal(leader.Status.Term, leadership.Term);
        Assert.Equal(["a"], leader.Log); // all that was committed before its term
    }
}
