using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class InitialTermTests
{
    [Fact]
    public void InitialTerm_OfANewNode_IsItsTerm()
    {
        Lab lab = new();
        LabNode node = lab.Node(members: 3, initialTerm: 7);

        Assert.Equal(7, node.Status.Term);
        Assert.Equal(new RequestVoteReply(7, false), node.RequestVote(6, "n2"));
    }

    [Fact]
    public void InitialTerm_OfASingleNode_IsIncremented()
    {
        Lab lab = new();

        LabNode node = lab.Node(initialTerm: 7).Lead();

        Assert.Equal(8, node.Status.Term);
    }

    [Fact]
    public void InitialTerm_BelowTheStoredOne_ChangesNothing()
    {
        Lab lab = new();
        LabNode node = lab.Node(members: 3);
        Assert.True(node.RequestVote(5, "n2").VoteGranted);
        lab.World.Run(node.Raft.DisposeAsync());

        LabNode next = lab.Node(members: 3, store: node.Store, initialTerm: 4);

        Assert.Equal(new RequestVoteReply(5, false), next.RequestVote(5, "n3"));
        Assert.Equal(new NodeId("n2"), next.Status.VotedFor);
    }

    [Fact]
    public void InitialTerm_AboveTheStoredOne_ClearsTheVote()
    {
        Lab lab = new();
        LabNode node = lab.Node(members: 3);
        Assert.True(node.RequestVote(5, "n2").VoteGranted);
        lab.World.Run(node.Raft.DisposeAsync());

        LabNode next = lab.Node(members: 3, store: node.Store, initialTerm: 6);

        Assert.Equal(new RequestVoteReply(6, true), next.RequestVote(6, "n3"));
    }

    [Fact]
    public void InitialTerm_ThatIsRaised_IsDurableBeforeAnyAnswer()
    {
        Lab lab = new();
        SimulatedLogStore store = lab.World.CreateLogStore();
        store.Hold();
        LabNode node = lab.Node(members: 3, store: store, initialTerm: 6);

        Task<RequestVoteReply> refusal = node.Raft.RequestVoteAsync(1, "n2", 0, 0, TestContext.Current.CancellationToken).AsTask();
        lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(refusal.IsCompleted);
        Assert.Equal(0, store.Durable.HardState.Term);

        store.Release();
        Assert.Equal(new RequestVoteReply(6, false), lab.World.Run(refusal));
        Assert.Equal((6, null), (store.Durable.HardState.Term, store.Durable.HardState.VotedFor));
    }

    [Fact]
    public void InitialTerm_BelowZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>("initialTerm", () => new RaftNode("n1", initialTerm: -1));
}
