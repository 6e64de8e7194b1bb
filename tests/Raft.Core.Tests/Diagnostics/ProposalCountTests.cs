using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>Each proposal is counted exactly once, by how it has ended.</summary>
public sealed class ProposalCountTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Meters _meters = new();
    private readonly MetricCollector<long> _proposals;

    public ProposalCountTests()
    {
        _lab.Metrics = _meters.Metrics;
        _proposals = _meters.Collect<long>("raft.proposals");
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Proposal_Committed_IsCountedAsCommitted()
    {
        LabNode node = _lab.Node().Lead();

        node.Commit("a");
        node.Commit("b");

        AssertCounts("committed 2");
    }

    [Fact]
    public void Proposal_Rejected_IsCountedAsRejected()
    {
        LabNode node = _lab.Node(machine: new Account()).Lead();

        _lab.Fails<CommandRejectedException, Balance>(
            node.Raft.CreateProposer<Transfer, Balance>().ProposeAsync(new Transfer(-1), CancellationToken.None));

        AssertCounts("rejected 1");
    }

    [Fact]
    public void Proposal_ToANodeThatDoesNotRun_IsCountedAsRefused()
    {
        LabNode node = _lab.Node();

        _lab.Fails<NodeStoppedException>(node.Propose("too early"));

        AssertCounts("refused 1");
    }

    [Fact]
    public void Proposal_WithoutALeader_IsCountedAsRefused()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();

        _lab.Fails<NotLeaderException>(node.Propose("no leader"));

        AssertCounts("refused 1");
    }

    [Fact]
    public void Proposal_BeyondTheLimits_IsCountedAsRefused()
    {
        LabNode node = _lab.Node(configure: static options =>
        {
            options.MaximumPendingProposals = 3;
            options.MaximumUncommittedBytes = 10;
            options.MaximumCommandBytes = 9;
        }).Lead();
        node.Store.Hold();

        _ = node.Propose("12345678");
        Task<Committed> tooManyBytes = node.Propose("123");
        _lab.Fails<OverloadedException>(tooManyBytes);
        _lab.Fails<CommandTooLargeException>(node.Propose("1234567890"));
        _ = node.Propose("1");
        _ = node.Propose("2");
        _lab.Fails<OverloadedException>(node.Propose("3"));

        AssertCounts("refused 3");
    }

    [Fact]
    public void Proposal_InTheMailboxWhenTheNodeEnds_IsCountedAsRefused()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.FailNext(new IOException("Disk gone."));
        Task<Committed> first = node.Propose("in the log");
        _lab.World.RunUntil(() => first.IsCompleted || _lab.World.Scheduler.Waiting == 0);

        Task<Committed> late = node.Propose("in the mailbox");
        _lab.World.RunUntil(() => first.IsCompleted && late.IsCompleted);

        _lab.Fails<OutcomeUnknownException>(first);
        _lab.Fails<NodeStoppedException>(late);
        _lab.World.RunUntilIdle();
        AssertCounts("refused 1", "unknown 1");
    }

    [Fact]
    public void Proposal_CancelledInTheMailboxWhenTheNodeEnds_IsCountedAsCancelled()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> bad = node.Propose("bad");
        _lab.World.RunUntil(() => machine.IsWaiting);
        _lab.World.RunUntilIdle();
        using CancellationTokenSource cancellation = new();

        machine.Fail(new FormatException("Cannot digest it."));
        Task<Committed> cancelled = node.Raft.ProposeAsync("given up", cancellation.Token).AsTask();
        Task<Committed> refused = node.Propose("too late");
        cancellation.Cancel();
        node.Failure();

        _lab.Fails<OutcomeUnknownException>(bad);
        _lab.Fails<OperationCanceledException>(cancelled);
        _lab.Fails<NodeStoppedException>(refused);
        _lab.World.RunUntilIdle();
        AssertCounts("cancelled 1", "refused 1", "unknown 1");
    }

    [Fact]
    public void Proposal_WhoseLeaderIsDeposed_IsCountedAsUnknown()
    {
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3") { Acknowledge = true };
        node.Lead();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        peers.Acknowledge = false;
        using CancellationTokenSource cancellation = new();
        Task<Committed> lost = node.Propose("lost");
        Task<Committed> givenUp = node.Raft.ProposeAsync("given up", cancellation.Token).AsTask();
        _lab.World.RunUntilIdle();
        cancellation.Cancel();

        node.RequestVote(node.Status.Term + 1, "n2", 99, 99);
        _lab.World.RunUntil(() => lost.IsCompleted, TimeSpan.FromSeconds(30));

        _lab.Fails<OutcomeUnknownException>(lost);
        _lab.Fails<OperationCanceledException>(givenUp);
        AssertCounts("cancelled 1", "unknown 1");
    }

    [Fact]
    public void Proposals_OfAnApplyThatIsAbandoned_AreCountedAsUnknown()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine, configure: static options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)).Lead();
        Task<Committed> hung = node.Propose("hung");
        _lab.World.RunUntil(() => machine.IsWaiting);
        Task<Committed> later = node.Propose("later");
        _lab.World.RunUntilIdle();

        node.RequestStop();
        _lab.World.RunUntil(() => !node.IsRunning);

        _lab.Fails<OutcomeUnknownException>(hung);
        _lab.Fails<OutcomeUnknownException>(later);
        AssertCounts("unknown 2");
    }

    [Fact]
    public void Proposal_CancelledWhileItsApplyIsAbandoned_IsCountedAsCancelled()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine, configure: static options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)).Lead();
        using CancellationTokenSource cancellation = new();
        Task<Committed> hung = node.Raft.ProposeAsync("hung", cancellation.Token).AsTask();
        _lab.World.RunUntil(() => machine.IsWaiting);

        cancellation.Cancel();
        node.RequestStop();
        _lab.World.RunUntil(() => !node.IsRunning);

        _lab.Fails<OperationCanceledException>(hung);
        AssertCounts("cancelled 1");
    }

    [Fact]
    public void Proposals_OfABatchThatFailsInTheMiddle_AreCountedByTheirOwnEnds()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        Task<Committed>[] proposals = [node.Propose("good"), node.Propose("bad"), node.Propose("later")];

        node.Failure();
        _lab.World.RunUntil(() => proposals.All(static proposal => proposal.IsCompleted));

        Assert.True(proposals[0].IsCompletedSuccessfully);
        _lab.Fails<OutcomeUnknownException>(proposals[1]);
        AssertCounts("committed 1", "unknown 2");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Proposal_Cancelled_IsCountedAsCancelled(bool inTheLog, bool machineGivesResults)
    {
        LabNode node = _lab.Node(machine: machineGivesResults ? null : new Durable()).Lead();
        node.Store.Hold();
        using CancellationTokenSource cancellation = new();

        Task<Committed> proposal = node.Raft.ProposeAsync("given up", cancellation.Token).AsTask();
        if (inTheLog)
        {
            _lab.World.RunUntilIdle();
        }

        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(proposal);
        node.Store.Release();
        node.Commit("next");

        AssertCounts("cancelled 1", "committed 1");
    }

    [Fact]
    public void Proposal_WithACancelledToken_IsCountedAsCancelled()
    {
        LabNode node = _lab.Node().Lead();

        Assert.True(node.Raft.ProposeAsync("never", new CancellationToken(canceled: true)).AsTask().IsCanceled);

        AssertCounts("cancelled 1");
    }

    [Fact]
    public void Proposal_ThatIsGivenTwoResults_IsCountedOnce()
    {
        LabNode node = _lab.Node(machine: new CompletesTwice()).Lead();

        node.Commit("a");

        AssertCounts("committed 1");
    }

    [Fact]
    public void Proposal_OfBytesThatAreNotACommand_IsCountedAsInvalid()
    {
        LabNode node = _lab.Node(machine: new Account()).Lead();

        Assert.Throws<ArgumentException>(() => { _ = node.Propose("{"); });

        AssertCounts("invalid 1");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Proposals_WithDifferentOutcomes_AreEachCountedOnce(ulong seed)
    {
        Lab lab = new(seed) { Metrics = _meters.Metrics };
        LabNode node = lab.Node(configure: static options => options.MaximumPendingProposals = 8).Lead();
        List<Task<Committed>> tasks = [];
        List<CancellationTokenSource> tokens = [];
        for (int i = 0; i < 300; i++)
        {
            CancellationTokenSource token = new();
            tokens.Add(token);
            tasks.Add(node.Raft.ProposeAsync($"{i}", token.Token).AsTask());
            int steps = lab.World.Random.Next(4);
            for (int step = 0; step < steps; step++)
            {
                lab.World.Step();
            }

            if (lab.World.Random.Chance(0.3))
            {
                tokens[lab.World.Random.Next(tokens.Count)].Cancel();
            }
        }

        node.RequestStop();
        lab.World.RunUntil(() => !node.IsRunning && tasks.All(static task => task.IsCompleted));
        lab.World.RunUntilIdle();

        SortedDictionary<string, long> counts = Meters.Sum(_proposals, RaftDiagnostics.OutcomeTag);
        Assert.Equal(tasks.Count, counts.Values.Sum());
        Assert.Equal(tasks.Count(static task => task.IsCompletedSuccessfully), counts.GetValueOrDefault("committed"));
        Assert.Equal(tasks.Count(static task => task.IsCanceled), counts.GetValueOrDefault("cancelled"));
        Assert.Equal(
            tasks.Count(static task => task.Exception?.InnerException is ProposalRefusedException),
            counts.GetValueOrDefault("refused"));
    }

    private void AssertCounts(params string[] expected) =>
        Assert.Equal(
            expected,
            Meters.Sum(_proposals, RaftDiagnostics.OutcomeTag).Select(static outcome => $"{outcome.Key} {outcome.Value}"));

    /// <summary>Gives each command two results. This is a mistake of the state machine without further effects.</summary>
    private sealed class CompletesTwice : IStateMachine
    {
        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Complete(i, batch.Command(i));
                batch.Complete(i, default);
                batch.Reject(i, new CommandRejectedException("Too late."));
            }

            return ValueTask.CompletedTask;
        }
    }
}
