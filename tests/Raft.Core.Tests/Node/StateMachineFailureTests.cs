using System.Buffers;

namespace Raft.Tests.Node;

/// <summary>A state machine that throws, or that hangs.</summary>
public sealed class StateMachineFailureTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void StateMachineThatThrows_FailsTheNodeAndNamesTheCommand()
    {
        Fragile machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        node.Commit("good");

        Task<Committed> before = node.Propose("good too");
        Task<Committed> bad = node.Propose("bad");
        Task<Committed> later = node.Propose("after it");
        NodeFailedException failure = node.Failure();

        Assert.Contains("Fragile threw FormatException", failure.Message, StringComparison.Ordinal);
        Assert.Contains("command of type String at index 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Cannot digest it.", failure.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(failure.InnerException);
        Assert.Equal(["good", "good too"], machine.Applied);
        Assert.True(before.IsCompletedSuccessfully);
        Assert.Equal(4, Assert.IsType<OutcomeUnknownException>(bad.Exception?.InnerException).Index);
        Assert.Equal(5, Assert.IsType<OutcomeUnknownException>(later.Exception?.InnerException).Index);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void StateMachineWhoseResultCannotBeEncoded_FailsTheNodeAndNamesTheCommand()
    {
        LabNode node = _lab.Node(machine: new Unencodable()).Lead();

        _ = node.Propose("first"); // wants bytes
        _ = node.Propose("second");

        Assert.Contains("command of type String at index 2: No bytes for this.", node.Failure().Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void FailedNode_SaysSoInItsStatusAndRefusesEverything()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        Task<Committed> bad = node.Propose("bad");
        NodeFailedException failure = node.Failure();

        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        Assert.Same(failure, node.Status.Failure);
        Assert.Contains("Cannot digest it.", node.Status.Explanation, StringComparison.Ordinal);
        NodeStoppedException refusal = _lab.Fails<NodeStoppedException>(node.Propose("more"));
        Assert.Contains("Cannot digest it.", refusal.Message, StringComparison.Ordinal);
        Assert.Same(failure, refusal.InnerException);
        _lab.Fails<OutcomeUnknownException>(bad);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void NodeWhoseStateMachineThrew_DoesNotRunAgain()
    {
        LabNode node = _lab.Node(machine: new Fragile()).Lead();
        _ = node.Propose("bad");
        node.Failure();

        node.Run();
        NodeFailedException refusal = node.Failure();

        Assert.Contains("create a new node with a new state machine", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StateMachineThatFailsAsynchronously_FailsTheNode()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> proposal = node.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);

        machine.Fail(new TimeoutException("Database gone."));

        Assert.Contains("the command at index 2: Database gone.", node.Failure().Message, StringComparison.Ordinal);
        _lab.Fails<OutcomeUnknownException>(proposal);
        node.AssertNoCallerWaits();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StateMachineThatHangs_StallsResultsButNeitherHeartbeatsNorVotes(bool mayBlock)
    {
        Gated machine = new() { MayBlock = mayBlock };
        LabNode leader = _lab.Node("n4", members: 4, machine: machine, configure: options => options.LeaderStickiness = false);
        LabNode[] nodes =
            [.. _lab.Cluster(4, options => options.LeaderStickiness = false, () => new Gated { IsOpen = true }).Take(3), leader];
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        using (_lab.World.Network.Drop(message => message.From != "n4" && message is RequestVoteMessage))
        {
            _lab.World.RunUntil(() => leader.Status.Role == RaftRole.Leader);
        }

        long term = leader.Status.Term;
        Task<Committed> proposal = leader.Propose("slow");
        _lab.World.RunUntil(() => machine.IsWaiting);
        _lab.World.RunFor(TimeSpan.FromSeconds(5)); // later it gives up its leadership, since the others have applied the command

        Assert.False(proposal.IsCompleted);
        Assert.Equal((RaftRole.Leader, term), (leader.Status.Role, leader.Status.Term));
        Assert.Equal(leader.Status.LastIndex, leader.Status.CommitIndex);
        Assert.True(leader.RequestVote(term + 1, "n1", leader.Status.LastIndex, term).VoteGranted);
        machine.Release();
        _lab.World.Run(proposal); // committed before leadership was lost
        leader.AssertNoCallerWaits();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stop_OfANodeWhoseStateMachineHangs_GivesUpAfterTheShutdownTimeout(bool heedsStopping)
    {
        Gated machine = new() { StopsOnCancellation = heedsStopping };
        LabNode node = _lab.Node(machine: machine, configure: options => options.ShutdownTimeout = TimeSpan.FromSeconds(2)).Lead();
        Task<Committed> proposal = node.Propose("slow");
        Task<Committed> later = node.Propose("after it");
        _lab.World.RunUntil(() => machine.IsWaiting);
        Task<int> read = node.Raft.ReadAsync<Gated, int>(_ => 0, ReadConsistency.Local, TestContext.Current.CancellationToken).AsTask();
        TimeSpan before = _lab.World.Clock.Now;

        node.Stop();

        Assert.InRange(_lab.World.Clock.Now - before, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.1));
        Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        Assert.IsType<OutcomeUnknownException>(later.Exception?.InnerException);
        Assert.IsType<NodeStoppedException>(read.Exception?.InnerException);
        node.AssertNoCallerWaits();
        if (!heedsStopping)
        {
            machine.Release(); // late: its results go nowhere
            node.AssertNoCallerWaits();
        }

        node.Run();
        Assert.Contains("uncertain", node.Failure().Message, StringComparison.Ordinal); // it may have been half way through
    }

    [Fact]
    public void StateMachineThatMayBlock_RunsOnItsOwnThread()
    {
        using ManualResetEventSlim gate = new();
        Blocking machine = new(gate);
        using RaftNode node = new("n1", ports: new RaftNodePorts { StateMachine = machine }); // in the real world, for once
        using CancellationTokenSource stopping = new();
        Task running = node.RunAsync(stopping.Token);

        Assert.True(SpinWait.SpinUntil(() => node.Status.Role == RaftRole.Leader, TimeSpan.FromSeconds(30)));
        Task<Committed> proposal = node.ProposeAsync("block", stopping.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => machine.Thread is not null, TimeSpan.FromSeconds(30)));
        Assert.False(proposal.IsCompleted);
        Assert.False(machine.Thread!.IsThreadPoolThread);
        gate.Set();

        Assert.True(SpinWait.SpinUntil(() => proposal.IsCompletedSuccessfully, TimeSpan.FromSeconds(30)));
        stopping.Cancel();
        Assert.True(SpinWait.SpinUntil(() => running.IsCompletedSuccessfully, TimeSpan.FromSeconds(30)));
    }

    private sealed class Unencodable() : StateMachine<string, object>(Codec.Utf8, new NoCodec())
    {
        protected override object Apply(string command, in CommandContext context) => command;

        private sealed class NoCodec : ICodec<object>
        {
            public void Write(object value, IBufferWriter<byte> output) => throw new FormatException("No bytes for this.");

            public object Read(ReadOnlyMemory<byte> data) => throw new NotSupportedException();
        }
    }

    private sealed class Blocking(ManualResetEventSlim gate) : IStateMachine
    {
        public bool MayBlock => true;

        public Thread? Thread { get; private set; }

        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            if (batch.Count > 0)
            {
                Thread = Thread.CurrentThread;
                gate.Wait(stopping);
            }

            return ValueTask.CompletedTask;
        }
    }
}
