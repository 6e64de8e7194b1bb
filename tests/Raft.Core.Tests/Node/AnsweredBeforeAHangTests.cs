namespace Raft.Tests.Node;

/// <summary>
/// Callers are resumed together at the end of a batch, or of a turn of reads. One that has its answer must not wait for what hangs after
/// it: its token could not end that wait.
/// </summary>
public sealed class AnsweredBeforeAHangTests
{
    private readonly Lab _lab = new();
    private readonly TaskCompletionSource _gate = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Read_FollowedByOneThatHangs_EndsWithTheNode()
    {
        LabNode node = _lab.Node().Lead();
        Task<int> answered = ReadBeforeAHang(node);
        Assert.False(answered.IsCompleted);

        node.Stop();

        Assert.True(answered.IsCompletedSuccessfully);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Read_FollowedByOneThatHangs_EndsWhenTheHangIsNoticed()
    {
        LabNode node = _lab.Node().Lead();
        Task<int> answered = ReadBeforeAHang(node);

        _lab.World.RunFor(TimeSpan.FromSeconds(10.1));

        Assert.True(answered.IsCompletedSuccessfully);
        Assert.NotEmpty(node.Status.Hangs);
        _gate.SetResult();
        _lab.World.RunUntilIdle();
        Assert.True(node.IsRunning);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposal_FollowedByOneThatHangs_EndsWhenTheHangIsNoticed()
    {
        LabNode node = _lab.Node(machine: new Halting(_gate.Task)).Lead();
        Task<Committed> first = node.Propose("a");
        Task<Committed> second = node.Propose("halt");

        _lab.World.RunFor(TimeSpan.FromSeconds(10.1));

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        _gate.SetResult();
        _lab.World.Run(second);
        node.AssertNoCallerWaits();
    }

    /// <summary>It continues after its hang was noticed, sets a result, and hangs again.</summary>
    [Fact]
    public void Proposal_AppliedDuringAHang_EndsWithinAnotherTimeout()
    {
        TaskCompletionSource never = new();
        LabNode node = _lab.Node(machine: new Halting(_gate.Task, never.Task)).Lead();
        Task<Committed> first = node.Propose("halt");
        Task<Committed> second = node.Propose("halt");
        _lab.World.RunFor(TimeSpan.FromSeconds(11));

        _gate.SetResult();
        _lab.World.RunFor(TimeSpan.FromSeconds(10.1));

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
    }

    /// <summary>Posted before the state machine runs, they are in one turn.</summary>
    private Task<int> ReadBeforeAHang(LabNode node)
    {
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        Task<int> answered = node.Raft.ReadAsync((StringLog log) => log.Entries.Count, ReadConsistency.Local, Token).AsTask();
        node.Raft.Occupy(new Hanging(_gate.Task));
        _lab.World.RunUntilIdle();
        return answered;
    }

    private sealed class Hanging(Task until) : StateMachineQuery
    {
        public override void Run(IStateMachine machine, ResumeBatch resume) => throw new NotSupportedException();

        public override ValueTask RunAsync(IStateMachine machine, ResumeBatch resume) => new(until);

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }

    /// <summary>Waits at each command "halt".</summary>
    private sealed class Halting(params Task[] gates) : IStateMachine
    {
        private int _halts;

        public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                if (batch.Command(i).Span.SequenceEqual("halt"u8))
                {
                    await gates[_halts++];
                }

                batch.Complete(i, default);
            }
        }
    }
}
