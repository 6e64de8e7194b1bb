using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Second example: strings are proposed, replicated to all nodes in the same order, and committed by a majority.</summary>
public sealed class ReplicationExampleTests
{
    [Fact]
    public void Strings_ProposedToTheLeader_ReachAllNodesInTheSameOrder()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.WaitForLeader();

        Committed apple = cluster.Propose("apple");
        Committed banana = cluster.Propose("banana");
        Committed cherry = cluster.Propose("cherry");
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(["apple", "banana", "cherry"], node.Log));
        Assert.Equal([1L, 2L, 3L], new[] { apple, banana, cherry }.Select(committed => Codec.Int64.Read(committed.Result)));
        Assert.Equal((apple.Index + 1, apple.Index + 2), (banana.Index, cherry.Index));
    }

    [Fact]
    public void ManyStrings_ProposedWithoutWaiting_AreAppliedInTheOrderOfTheirCalls()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        NodeId leader = cluster.WaitForLeader();
        string[] texts = [.. Enumerable.Range(0, 300).Select(number => $"string {number}")];

        SimulatedProposal[] proposals = [.. texts.Select(text => cluster.Submit(text, leader))];
        cluster.World.RunUntil(() => proposals.All(proposal => proposal.Fate == ProposalFate.Committed));
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(texts, node.Log));
    }

    [Fact]
    public void Proposal_WithAMajority_CommitsAlthoughOneNodeIsIsolated()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Network.Isolate("n3");

        cluster.Propose("without n3");

        Assert.Equal(["without n3"], cluster.LogOf("n1"));
        Assert.Empty(cluster.LogOf("n3"));
        cluster.Network.Heal();
        cluster.Settle();
        Assert.Equal(["without n3"], cluster.LogOf("n3"));
    }

    [Fact]
    public void Proposal_WithoutAMajority_IsNotCommitted()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Settle();
        cluster.Network.Isolate("n2");
        cluster.Network.Isolate("n3");

        SimulatedProposal proposal = cluster.Submit("alone", "n1");
        cluster.World.RunFor(TimeSpan.FromMilliseconds(100)); // not long enough for n1 to notice

        Assert.Equal(RaftRole.Leader, cluster["n1"].Status.Role);
        Assert.Equal(ProposalFate.Pending, proposal.Fate);
        Assert.Empty(cluster.LogOf("n1"));
        Assert.True(cluster["n1"].Status.LastIndex > cluster["n1"].Status.CommitIndex);
    }
}
