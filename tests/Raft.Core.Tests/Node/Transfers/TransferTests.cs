namespace Raft.Tests.Node;

/// <summary>Leadership transfer of a node, on request: dissertation, section 3.10.</summary>
public sealed class TransferTests
{
    private readonly Lab _lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void TransferLeadershipAsync_ToAFollower_MakesItTheLeader()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        LabNode target = nodes.First(node => node != leader);

        LeadershipTransferResult result = Transfer(leader, target.Raft.Id);

        NodeId id = target.Raft.Id;
        Assert.Equal(new LeadershipTransferResult(LeadershipTransferOutcome.Transferred, id, id), result);
        Assert.True(result.IsTransferred);
        Assert.Equal((RaftRole.Leader, 2), (target.Status.Role, target.Status.Term));
        Assert.All(nodes, static node => node.AssertNoCallerWaits());
    }

    [Fact]
    public void TransferLeadershipAsync_UnderLoad_LosesNothingAndLeavesNoOutcomeUnknown()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        Task<Committed>[] before = [.. Enumerable.Range(0, 50).Select(i => leader.Propose($"{i}"))];
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(cancellationToken: Token).AsTask();
        List<Task<Committed>> during = [];
        while (!transfer.IsCompleted)
        {
            during.Add(leader.Propose("during"));
            _lab.World.RunFor(TimeSpan.FromMilliseconds(0.2));
        }

        _lab.World.RunUntil(() => during.All(static task => task.IsCompleted));

        Assert.True(_lab.World.Run(transfer).IsTransferred);
        Assert.All(before, task => Assert.True(task.IsCompletedSuccessfully));
        Task<Committed>[] refused = [.. during.Where(static task => !task.IsCompletedSuccessfully)];
        Assert.NotEmpty(refused);
        Assert.All(refused, task => Assert.IsType<NotLeaderException>(task.Exception?.InnerException));
        LabNode next = nodes.Single(static node => node.Status.Role == RaftRole.Leader);
        next.Commit("after");
        Assert.Equal(before.Length + (during.Count - refused.Length) + 1, next.Log.Count);
    }

    /// <summary>Reads of the state machine may never end to arrive, and do not concern the next leader.</summary>
    [Fact]
    public void TransferLeadershipAsync_WhileReadsRunAllTheTime_DoesNotWaitForThem()
    {
        Start(3, out LabNode leader);
        leader.Commit("a");
        TaskCompletionSource gate = new();
        leader.Raft.Occupy(new HeldQuery(gate.Task));
        Task<int> read = leader.Raft.ReadAsync((StringLog log) => log.Entries.Count, ReadConsistency.Local, Token).AsTask();

        LeadershipTransferResult result = _lab.World.Run(leader.Raft.TransferLeadershipAsync(cancellationToken: Token));

        Assert.True(result.IsTransferred);
        Assert.False(read.IsCompleted);
        gate.SetResult();
        Assert.Equal(1, _lab.World.Run(read));
    }

    /// <summary>Each node is asked, before, during and after the change of leaders.</summary>
    [Fact]
    public void LinearizableReads_DuringATransfer_IncludeWhatWasAcknowledgedBefore()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        List<Task<Committed>> proposals = [];
        List<(int Acknowledged, Task<int> Count)> reads = [];
        ReadAndWrite(leader);
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(cancellationToken: Token).AsTask();
        while (!transfer.IsCompleted)
        {
            ReadAndWrite(leader);
        }

        Assert.True(_lab.World.Run(transfer).IsTransferred);
        LabNode next = nodes.Single(static node => node.Status.Role == RaftRole.Leader);
        for (int i = 0; i < 20; i++)
        {
            ReadAndWrite(next);
        }

        _lab.World.RunUntil(() => reads.All(static read => read.Count.IsCompleted));
        Assert.InRange(reads.Select(static read => read.Acknowledged).Distinct().Count(), 10, reads.Count);
        Assert.All(reads, static read => Assert.InRange(read.Count.Result, read.Acknowledged, int.MaxValue));
        _lab.World.RunUntil(() => proposals.All(static proposal => proposal.IsCompleted));

        void ReadAndWrite(LabNode proposer)
        {
            int acknowledged = proposals.Count(static proposal => proposal.IsCompletedSuccessfully);
            reads.AddRange(nodes.Select(node => (
                acknowledged, node.Raft.ReadAsync(static (StringLog log) => log.Entries.Count, cancellationToken: Token).AsTask())));
            proposals.Add(proposer.Propose($"{proposals.Count}"));
            _lab.World.RunFor(TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>They wait, and then learn who leads now.</summary>
    [Fact]
    public void Proposals_DuringATransfer_AreRefusedWithTheNameOfTheNextLeader()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        LabNode target = nodes.First(node => node != leader);
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(target.Raft.Id, Token).AsTask();
        _lab.World.RunUntil(() => leader.Status.TransferTarget is not null);
        Task<Committed> proposal = leader.Propose("late");

        NotLeaderException refusal = _lab.Fails<NotLeaderException>(proposal);

        Assert.Equal(target.Raft.Id.Value, refusal.Leader?.Id);
        Assert.True(_lab.World.Run(transfer).IsTransferred);
    }

    [Fact]
    public void Proposals_DuringATransferThatFails_AreAppended()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        LabNode target = nodes.First(node => node != leader);
        _lab.World.Network.Drop(static message => message is TimeoutNowMessage);
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(target.Raft.Id, Token).AsTask();
        _lab.World.RunUntil(() => leader.Status.TransferTarget is not null);
        Task<Committed> proposal = leader.Propose("patient");

        Assert.Equal(LeadershipTransferOutcome.TimedOut, _lab.World.Run(transfer).Outcome);

        _lab.World.Run(proposal);
        Assert.Equal((RaftRole.Leader, null), (leader.Status.Role, leader.Status.TransferTarget));
    }

    [Fact]
    public void Proposals_DuringATransferThatRefusesThem_NameTheTarget()
    {
        LabNode[] nodes = Start(3, out LabNode leader, options => options.ProposalsDuringTransfer = ProposalsDuringTransfer.Refuse);
        LabNode target = nodes.First(node => node != leader);
        _lab.World.Network.Drop(static message => message is TimeoutNowMessage);
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(target.Raft.Id, Token).AsTask();
        _lab.World.RunUntil(() => leader.Status.TransferTarget is not null);

        NotLeaderException refusal = _lab.Fails<NotLeaderException>(leader.Propose("impatient"));

        Assert.Equal(target.Raft.Id.Value, refusal.Leader?.Id);
        Assert.Equal(LeadershipTransferOutcome.TimedOut, _lab.World.Run(transfer).Outcome);
    }

    /// <summary>
    /// Callers learn their results from the node that they asked, so the request to campaign waits for the state machine.
    /// </summary>
    [Fact]
    public void TransferLeadershipAsync_WithASlowStateMachine_WaitsUntilEveryCallerIsAnswered()
    {
        Gated machine = new();
        LabNode[] nodes = Start(3, out LabNode leader, machine: () => machine.IsOpen ? new StringLog() : machine);
        if (leader != nodes[0])
        {
            Assert.True(Transfer(leader, "n1").IsTransferred);
        }

        LabNode n1 = nodes[0];
        Task<Committed> slow = n1.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);
        Task<LeadershipTransferResult> transfer = n1.Raft.TransferLeadershipAsync("n2", Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.Equal(RaftRole.Leader, n1.Status.Role);

        machine.Release();
        Assert.True(_lab.World.Run(transfer).IsTransferred);

        Assert.True(slow.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("self", LeadershipTransferOutcome.TargetIsLeader)]
    [InlineData("n9", LeadershipTransferOutcome.TargetUnknown)]
    public void TransferLeadershipAsync_ToANodeThatCannotLead_IsAnOutcome(string target, LeadershipTransferOutcome outcome)
    {
        Start(3, out LabNode leader);
        NodeId id = target == "self" ? leader.Raft.Id : target;

        Assert.Equal(new LeadershipTransferResult(outcome, id, leader.Raft.Id), Transfer(leader, id));
    }

    [Fact]
    public void TransferLeadershipAsync_OnAFollower_NamesTheLeader()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        LabNode follower = nodes.First(node => node != leader);

        LeadershipTransferResult result = Transfer(follower, follower.Raft.Id);

        Assert.Equal((LeadershipTransferOutcome.NotLeader, leader.Raft.Id), (result.Outcome, result.Leader));
    }

    [Fact]
    public void TransferLeadershipAsync_InAClusterOfOne_HasNoTarget()
    {
        LabNode node = _lab.Node().Lead();

        Assert.Equal(LeadershipTransferOutcome.NoTarget, Transfer(node, target: null).Outcome);
    }

    [Fact]
    public void TransferLeadershipAsync_OfANodeThatDoesNotRun_IsRefused()
    {
        _lab.Fails<NodeStoppedException>(_lab.Node().Raft.TransferLeadershipAsync(cancellationToken: Token).AsTask());
    }

    [Fact]
    public void Leadership_OfATransferThatFails_IsLostAndComesBackInTheSameTerm()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        Leadership first = _lab.World.Run(leader.Raft.WaitForLeadershipAsync(Token).AsTask());
        _lab.World.Network.Drop(static message => message is TimeoutNowMessage);

        LeadershipTransferOutcome outcome = Transfer(leader, nodes.First(node => node != leader).Raft.Id).Outcome;

        Assert.Equal(LeadershipTransferOutcome.TimedOut, outcome);
        Assert.True(first.Lost.IsCancellationRequested);
        Leadership second = _lab.World.Run(leader.Raft.WaitForLeadershipAsync(Token).AsTask());
        Assert.Equal((first.Term, false), (second.Term, second.Lost.IsCancellationRequested));
    }

    [Fact]
    public void LeaderWork_IsWaitedFor()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        Assert.True(leader.Raft.TryBeginLeaderWork(LeadershipOf(leader)));
        Task<LeadershipTransferResult> transfer =
            leader.Raft.TransferLeadershipAsync(nodes.First(node => node != leader).Raft.Id, Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.Equal(RaftRole.Leader, leader.Status.Role);

        leader.Raft.EndLeaderWork();

        Assert.True(_lab.World.Run(transfer).IsTransferred);
    }

    [Fact]
    public void LeaderWork_ThatDoesNotEnd_MakesTheTransferFail()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        Assert.True(leader.Raft.TryBeginLeaderWork(LeadershipOf(leader)));

        LeadershipTransferOutcome outcome = Transfer(leader, nodes.First(node => node != leader).Raft.Id).Outcome;

        Assert.Equal((LeadershipTransferOutcome.TimedOut, RaftRole.Leader), (outcome, leader.Status.Role));
    }

    /// <summary>A leader that hands over looks for work once: what began later would overlap with that of the next leader.</summary>
    [Fact]
    public void LeaderWork_OfALeadershipThatHasEnded_DoesNotBegin()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        Leadership first = LeadershipOf(leader);
        _lab.World.Network.Drop(static message => message is TimeoutNowMessage);
        Transfer(leader, nodes.First(node => node != leader).Raft.Id);

        Assert.False(leader.Raft.TryBeginLeaderWork(first));

        Leadership second = LeadershipOf(leader);
        Assert.Equal(first.Term, second.Term);
        Assert.True(leader.Raft.TryBeginLeaderWork(second));
    }

    /// <summary>Work of the leader must not take the refusal for a failure. The status would not tell it: the node still leads.</summary>
    [Theory]
    [InlineData("transfer")]
    [InlineData("stop")]
    [InlineData("dispose")]
    public void Proposal_RefusedByANodeThatStillLeads_FindsThatTheLeadershipHasEnded(string cause)
    {
        LabNode[] nodes = Start(3, out LabNode leader, static options => options.ProposalsDuringTransfer = ProposalsDuringTransfer.Refuse);
        Leadership leadership = LeadershipOf(leader);
        _lab.World.Network.Drop(static message => message is TimeoutNowMessage);
        _lab.World.Network.Conditions.MinimumDelay = _lab.World.Network.Conditions.MaximumDelay = TimeSpan.FromMilliseconds(10);
        List<Task<Committed>> proposals = [leadership.ProposeAsync("x", Token).AsTask()];
        switch (cause)
        {
            case "transfer":
                _ = leader.Raft.TransferLeadershipAsync(nodes.First(node => node != leader).Raft.Id, Token).AsTask();
                break;
            case "stop":
                leader.RequestStop();
                break;
            default:
                leader.Raft.Dispose();
                break;
        }

        while (!proposals.Exists(static proposal => proposal.IsFaulted))
        {
            Assert.InRange(proposals.Count, 1, 1_000);
            _lab.World.RunFor(TimeSpan.FromMilliseconds(1));
            proposals.Add(leadership.ProposeAsync("x", Token).AsTask());
        }

        Assert.False(leader.Raft.Holds(leadership));
        Assert.Equal((RaftRole.Leader, leadership.Term), (leader.Status.Role, leader.Status.Term));
    }

    [Fact]
    public void Leadership_OfATransferThatRefusesProposalsAndFails_ComesBack()
    {
        LabNode[] nodes = Start(3, out LabNode leader, static options => options.ProposalsDuringTransfer = ProposalsDuringTransfer.Refuse);
        Leadership first = LeadershipOf(leader);
        LabNode target = nodes.First(node => node != leader);
        target.Store.Hold();
        Task<Committed> before = leader.Propose("not on the target's disk");
        Task<LeadershipTransferResult> transfer = leader.Raft.TransferLeadershipAsync(target.Raft.Id, Token).AsTask();
        _lab.World.RunUntil(() => first.Lost.IsCancellationRequested);
        Assert.False(transfer.IsCompleted);
        Assert.Equal(RaftRole.Leader, leader.Status.Role);

        Assert.Equal(LeadershipTransferOutcome.TimedOut, _lab.World.Run(transfer).Outcome);

        Assert.Equal(first.Term, LeadershipOf(leader).Term);
        _lab.World.Run(before);
    }

    [Fact]
    public void LeaderThatStops_HandsOverBeforeAnyElectionTimeout()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        leader.Commit("a");
        TimeSpan start = _lab.World.Clock.Now;

        leader.Stop();
        LabNode next = _lab.WaitForLeader(nodes);

        Assert.NotEqual(leader, next);
        Assert.InRange(_lab.World.Clock.Now - start, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, next.Status.Term);
    }

    /// <summary>No majority would be left that could elect, so it does not try.</summary>
    [Fact]
    public void LeaderThatStops_WithOnlyOneOtherAvailable_EndsAtOnce()
    {
        LabNode[] nodes = Start(3, out LabNode leader);
        LabNode first = nodes.First(node => node != leader);
        first.Stop();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(10));
        TimeSpan start = _lab.World.Clock.Now;

        leader.Stop();

        Assert.InRange(_lab.World.Clock.Now - start, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, leader.Status.Term);
    }

    [Fact]
    public void WholeCluster_StoppedAtOnce_EndsAtOnce()
    {
        LabNode[] nodes = Start(5, out LabNode leader);
        leader.Commit("a");
        TimeSpan start = _lab.World.Clock.Now;

        Array.ForEach(nodes, static node => node.RequestStop());
        _lab.World.RunUntil(() => nodes.All(static node => !node.IsRunning));

        Assert.InRange(_lab.World.Clock.Now - start, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    private LabNode[] Start(
        int count, out LabNode leader, Action<RaftNodeOptions>? configure = null, Func<IStateMachine>? machine = null)
    {
        int made = 0;
        LabNode[] nodes = _lab.Cluster(count, configure, machine is null ? null : () => made++ == 0 ? machine() : new StringLog());
        Array.ForEach(nodes, static node => node.Run());
        leader = _lab.WaitForLeader(nodes);
        _lab.World.RunFor(TimeSpan.FromMilliseconds(20)); // every follower has answered
        return nodes;
    }

    private Leadership LeadershipOf(LabNode node) => _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token).AsTask());

    private LeadershipTransferResult Transfer(LabNode node, NodeId? target) =>
        _lab.World.Run(node.Raft.TransferLeadershipAsync(target, Token).AsTask());
}
