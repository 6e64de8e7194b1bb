namespace Raft.Tests.Node;

/// <summary>Proposals that entered the log: which outcome their callers get.</summary>
public sealed class ProposalFateTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Proposal_WhenLeadershipIsLostBeforeItCommits_IsUnknown()
    {
        LabNode[] nodes = StartThree();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("before");
        long term = leader.Status.Term;
        _lab.World.Network.Isolate(leader.Raft.Id);

        Task<Committed> proposal = leader.Propose("lost?");
        OutcomeUnknownException unknown = _lab.Fails<OutcomeUnknownException>(proposal);

        Assert.Equal((leader.Status.LastIndex, term), (unknown.Index, unknown.Term));
        leader.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposal_ThatTurnsOutCommittedAfterAll_WasUnknownAndNotRefused()
    {
        LabNode[] nodes = StartThree();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("before");
        using (_lab.World.Network.Drop(message => message is AppendEntriesReplyMessage && message.To == leader.Raft.Id))
        {
            OutcomeUnknownException unknown = _lab.Fails<OutcomeUnknownException>(leader.Propose("survives"));
            Assert.True(unknown.Index > 0);
        }

        LabNode next = _lab.WaitForLeader(nodes);
        next.Commit("after");

        Assert.Equal(["before", "survives", "after"], next.Log);
    }

    [Fact]
    public void Proposal_ThatCommittedBeforeLeadershipWasLost_KeepsItsResult()
    {
        Gated machine = new() { IsOpen = true };
        LabNode node = _lab.Node(members: 3, machine: machine);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == node.Status.LastIndex);
        machine.IsOpen = false;

        Task<Committed> committed = node.Propose("committed");
        _lab.World.RunUntil(() => machine.IsWaiting);
        peers.Acknowledge = false;
        Task<Committed> uncommitted = node.Propose("uncommitted");
        _lab.World.RunUntil(() => node.Status.LastIndex > node.Status.CommitIndex);
        node.AppendEntries(node.Status.Term + 1, "n2", 0, 0, []);
        _lab.Fails<OutcomeUnknownException>(uncommitted);

        Assert.Equal(RaftRole.Follower, node.Status.Role);
        Assert.False(committed.IsCompleted);
        machine.Release();
        Assert.Equal("committed"u8.ToArray(), _lab.World.Run(committed).Result.ToArray());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposal_ThatWaitsForTheStateMachineWhenLeadershipIsLost_KeepsItsResult()
    {
        // More batches than the state machine is handed at once: the last ones wait in the log.
        Gated machine = new() { IsOpen = true };
        LabNode node = _lab.Node(members: 3, machine: machine);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == node.Status.LastIndex);
        machine.IsOpen = false;

        List<Task<Committed>> proposals = [];
        for (int i = 0; i < 6; i++)
        {
            proposals.Add(node.Propose($"string {i}"));
            _lab.World.RunUntil(() => node.Status.CommitIndex == node.Status.LastIndex && node.Status.LastIndex == 2 + i);
        }

        node.AppendEntries(node.Status.Term + 1, "n2", 0, 0, []);
        machine.IsOpen = true;
        machine.Release();
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompleted));

        Assert.All(proposals, proposal => Assert.True(proposal.IsCompletedSuccessfully));
        Assert.Equal(Enumerable.Range(0, 6).Select(number => $"string {number}"), machine.Applied);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposal_WhenTheNodeStopsWithoutAMajority_IsUnknown()
    {
        LabNode[] nodes = StartThree();
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("before");
        _lab.World.Network.Isolate(leader.Raft.Id);
        Task<Committed> proposal = leader.Propose("lost?");
        _lab.World.RunUntilIdle();

        leader.Stop();

        Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        leader.AssertNoCallerWaits();
    }

    private LabNode[] StartThree()
    {
        LabNode[] nodes = _lab.Cluster(3);
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        return nodes;
    }
}
