using System.Text;
using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class ApplierTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly SimulatedClock _clock = new();
    private readonly Recorder _machine = new();
    private readonly List<long> _applied = [];
    private readonly List<Exception> _failures = [];
    private readonly PendingProposals _nobody = new();
    private int _roomAgain;

    [Fact]
    public void BatchesAndReads_TakeTurns()
    {
        Applier applier = New();
        Post(applier, 1, "a");
        Post(applier, 2, "b");
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(PostOutcome.Posted, applier.Post(new Query(_machine, $"read {i}")));
        }

        _scheduler.RunUntilIdle();

        string[] order = [.. _machine.Calls];
        Assert.Equal(202, order.Length);
        Assert.InRange(Array.IndexOf(order, "b"), 0, 130); // not after all reads
        Assert.InRange(Array.IndexOf(order, "read 0"), 0, 1); // not after all commands
        Assert.Equal([1L, 2L], _applied);
        Assert.True(applier.IsIdle);
    }

    [Fact]
    public void Reads_ThatTakeLongTogether_LetTheNextBatchRunAndKeepTheirOrder()
    {
        Applier applier = New();
        Query[] reads = [.. Enumerable.Range(0, 100).Select(i => new Query(_machine, $"read {i}") { OnRun = PassHalfAMillisecond })];
        Post(applier, 1, "a");
        applier.Post([.. reads], index: 0);
        Post(applier, 2, "b");

        _scheduler.RunUntilIdle();

        Assert.Equal(["a", "b"], _machine.Calls.Where(static call => !call.StartsWith("read", StringComparison.Ordinal)));
        Assert.Equal(reads.Select(static read => read.Name), _machine.Calls.Where(static call => call.StartsWith("read", StringComparison.Ordinal)));
        Assert.InRange(_machine.Calls.IndexOf("b"), 0, 5); // a turn of at most a millisecond, and the batches
        Assert.True(applier.IsIdle);
    }

    [Fact]
    public void Close_WithReadsThatALongTurnHasPostponed_RefusesThemAndCountsThemOut()
    {
        Applier applier = New();
        Query[] reads = PostponeReads(applier);
        int run = _machine.Calls.Count(static call => call.StartsWith("read", StringComparison.Ordinal));

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));

        Assert.InRange(run, 1, 5);
        Assert.All(reads[..run], static read => Assert.Null(read.Refusal));
        Assert.All(reads[run..], static read => Assert.IsType<NodeStoppedException>(read.Refusal));
        Assert.Equal(0, applier.ReadLimit.Count);
    }

    [Fact]
    public void TryRent_WithEnoughAhead_GivesNoneUntilThereIsRoomAgain()
    {
        Applier applier = New();
        for (int i = 1; i <= Applier.MaximumWaiting; i++)
        {
            Post(applier, i, $"{i}");
        }

        Assert.Null(applier.TryRent());
        Assert.Equal(0, _roomAgain);
        _scheduler.RunUntilIdle();

        Assert.Equal(1, _roomAgain);
        Assert.NotNull(applier.TryRent());
    }

    [Fact]
    public void HasAppliedAll_WhileABatchWaitsOrIsApplied_IsFalseAndWakesTheWorkerLater()
    {
        _machine.Gate = new TaskCompletionSource();
        Applier applier = New();
        Post(applier, 1, "a");
        Assert.False(applier.HasAppliedAll());
        _scheduler.RunUntilIdle();
        Assert.False(applier.HasAppliedAll());
        Assert.Equal(0, _roomAgain);

        _machine.Gate.SetResult();
        _scheduler.RunUntilIdle();

        Assert.Equal(1, _roomAgain);
        Assert.True(applier.HasAppliedAll());
    }

    /// <summary>A leader hands over when its callers are answered, and not before.</summary>
    [Fact]
    public void HasAppliedAll_WhileCallersOfTheLastBatchAreAnswered_IsFalse()
    {
        Applier applier = null!;
        bool? whenPublished = null;
        applier = new Applier(
            Settings(),
            metrics: null,
            _ => whenPublished = applier.HasAppliedAll(),
            _failures.Add,
            () => _roomAgain++,
            new ResumeBatchPool(_scheduler));
        Post(applier, 1, "a");

        _scheduler.RunUntilIdle();

        Assert.False(whenPublished);
        Assert.Equal((1, true), (_roomAgain, applier.HasAppliedAll()));
    }

    [Fact]
    public void HasAppliedAll_WhileAReadRunsAndOthersWait_IsTrue()
    {
        Applier applier = New();
        TaskCompletionSource gate = new();
        applier.Post(new HeldQuery(gate.Task));
        applier.Post(new Query(_machine, "read"));
        applier.Post(new Query(_machine, "later") { Index = 7 });
        _scheduler.RunUntilIdle();

        Assert.Equal((false, true), (applier.IsIdle, applier.HasAppliedAll()));
        gate.SetResult();
    }

    /// <summary>The state machine keeps its state over restarts, and the read was called while the stores opened.</summary>
    [Fact]
    public void StartAfter_AnIndexThatAReadWaitsFor_RunsIt()
    {
        Applier applier = New();
        applier.Post(new Query(_machine, "read") { Index = 50 });
        applier.Post(new Query(_machine, "later") { Index = 101 });
        _scheduler.RunUntilIdle();
        Assert.Empty(_machine.Calls);

        applier.StartAfter(100, DateTimeOffset.UnixEpoch);
        _scheduler.RunUntilIdle();

        Assert.Equal(["read"], _machine.Calls);
    }

    [Fact]
    public void Close_WithBatchesAndReadsWaiting_AbandonsThem()
    {
        Applier applier = New();
        Post(applier, 1, "a");
        Query read = new(_machine, "read");
        applier.Post(read);

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));
        _scheduler.RunUntilIdle();

        Assert.Empty(_machine.Calls);
        Assert.IsType<NodeStoppedException>(read.Refusal);
        Assert.Equal(PostOutcome.Closed, applier.Post(new Query(_machine, "late")));
        Assert.Null(applier.TryRent());
        Assert.False(applier.StateIsUncertain); // it had not begun
    }

    [Fact]
    public void Close_WhileABatchIsApplied_LeavesTheStateUncertainAndIgnoresTheRest()
    {
        Applier applier = New();
        _machine.Gate = new TaskCompletionSource();
        Post(applier, 1, "a");
        _scheduler.RunUntilIdle();

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));
        Assert.True(applier.StateIsUncertain);
        _machine.Gate.SetException(new FormatException("late"));
        _scheduler.RunUntilIdle();

        Assert.Empty(_applied);
        Assert.Empty(_failures);
    }

    [Fact]
    public void StateMachineThatThrows_IsReportedOnceAndNothingMoreIsApplied()
    {
        Applier applier = New();
        _machine.Gate = new TaskCompletionSource();
        _machine.Gate.SetException(new FormatException("bad"));
        Post(applier, 1, "a");
        Post(applier, 2, "b");

        _scheduler.RunUntilIdle();

        NodeFailedException failure = Assert.IsType<NodeFailedException>(Assert.Single(_failures));
        Assert.Contains("Recorder threw FormatException on the command at index 1: bad", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], _machine.Calls);
        Assert.Empty(_applied);
        Assert.True(applier.StateIsUncertain);
    }

    /// <summary>The moment between the two is short, but a node that ends in it would apply the batch again in its next run.</summary>
    [Fact]
    public void Close_AsABatchIsReported_CountsItAsApplied()
    {
        Applier applier = null!;
        applier = new(
            Settings(),
            metrics: null,
            _ => applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped")),
            _failures.Add,
            () => _roomAgain++,
            new ResumeBatchPool(_scheduler));
        Post(applier, 1, "a");

        _scheduler.RunUntilIdle();

        Assert.Equal((1, false), (applier.AppliedIndex, applier.StateIsUncertain));
    }

    [Fact]
    public void Close_WhileAReadRuns_PreventsFurtherUseOfTheStateMachine()
    {
        Applier applier = New();
        TaskCompletionSource until = new();
        applier.Post(new HeldQuery(until.Task));
        _scheduler.RunUntilIdle();
        _clock.AdvanceBy(TimeSpan.FromSeconds(1));

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));

        Assert.Equal((true, WorkKind.Read), (applier.StateIsUncertain, applier.Abandoned?.Work.Kind));
        until.SetResult();
        _scheduler.RunUntilIdle();
        Assert.True(applier.StateIsUncertain); // as it was reported
    }

    [Fact]
    public void Close_WhenAReadHasJustBegun_PreventsUseOfTheStateMachineUntilItHasEnded()
    {
        Applier applier = New();
        TaskCompletionSource until = new();
        applier.Post(new HeldQuery(until.Task));
        _scheduler.RunUntilIdle();

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));

        Assert.Null(applier.Abandoned);
        Assert.True(applier.StateIsUncertain);
        until.SetResult();
        _scheduler.RunUntilIdle();
        Assert.False(applier.StateIsUncertain);
    }

    [Fact]
    public void RemoveCancelledReads_WithReadsThatALongTurnHasPostponed_MakesRoom()
    {
        Applier applier = New();
        Query[] reads = PostponeReads(applier);
        Assert.InRange(applier.ReadLimit.Count, 1, 9);

        foreach (Query read in reads)
        {
            read.Cancel();
        }

        applier.RemoveCancelledReads();

        Assert.Equal(0, applier.ReadLimit.Count);
    }

    [Fact]
    public void BeginStop_RefusesReadsAndReportsWhenNothingRuns()
    {
        Applier applier = New();
        Post(applier, 1, "a");

        applier.BeginStop();

        Assert.Equal(PostOutcome.Closed, applier.Post(new Query(_machine, "late")));
        Assert.Equal(0, _roomAgain);
        _scheduler.RunUntilIdle();
        Assert.Equal((1, true), (_roomAgain, applier.IsIdle));
    }

    [Fact]
    public void Read_OfAnIndexThatIsNotApplied_WaitsForItAndDelaysNobody()
    {
        Applier applier = New();
        applier.Post(new Query(_machine, "read 2") { Index = 2 });
        applier.Post([new Query(_machine, "read 1"), new Query(_machine, "read 1 too")], index: 1);
        applier.Post(new Query(_machine, "read 0"));
        _scheduler.RunUntilIdle();
        Assert.Equal(["read 0"], _machine.Calls);

        Post(applier, 1, "a");
        _scheduler.RunUntilIdle();
        Assert.Equal(["read 0", "a", "read 1", "read 1 too"], _machine.Calls);

        Post(applier, 2, "b");
        _scheduler.RunUntilIdle();
        Assert.Equal("read 2", _machine.Calls[^1]);
    }

    [Fact]
    public void Close_WithReadsOfALaterIndex_RefusesThem()
    {
        Applier applier = New();
        Query read = new(_machine, "read") { Index = 7 };
        applier.Post(read);

        applier.Close((index, _) => new OutcomeUnknownException("unknown", index, 1), new NodeStoppedException("stopped"));

        Assert.IsType<NodeStoppedException>(read.Refusal);
    }

    [Fact]
    public void StateMachineThatCompletesElsewhere_IsGivenTheNextBatchByTheScheduler()
    {
        Applier applier = New();
        _machine.Gate = new TaskCompletionSource();
        Post(applier, 1, "a");
        Post(applier, 2, "b");
        _scheduler.RunUntilIdle();

        TaskCompletionSource gate = _machine.Gate;
        _machine.Gate = null;
        gate.SetResult(); // runs the continuation here and now
        Assert.Equal(["a"], _machine.Calls);

        _scheduler.RunUntilIdle();
        Assert.Equal(["a", "b"], _machine.Calls);
    }

    private NodeSettings Settings() =>
        new("n1", 0, new RaftNodeOptions(), new RaftNodePorts { StateMachine = _machine, Scheduler = _scheduler, Clock = _clock });

    /// <summary>Runs a long turn, which leaves some of ten reads for the next one, and then a batch, which hangs.</summary>
    private Query[] PostponeReads(Applier applier)
    {
        Query[] reads =
            [.. Enumerable.Range(0, 10).Select(i => new Query(_machine, $"read {i}") { OnRun = PassHalfAMillisecond, IsCounted = true })];
        Assert.All(reads, _ => Assert.True(applier.ReadLimit.TryEnter(ReadKind.Linearizable)));
        applier.Post([.. reads], index: 0);
        _machine.Gate = new TaskCompletionSource();
        Post(applier, 1, "a");
        _scheduler.RunUntilIdle();
        return reads;
    }

    private void PassHalfAMillisecond() => _clock.AdvanceBy(TimeSpan.FromMilliseconds(0.5));

    private Applier New() => new(Settings(), metrics: null, _applied.Add, _failures.Add, () => _roomAgain++, new ResumeBatchPool(_scheduler));

    private void Post(Applier applier, long index, string text)
    {
        CommittedBatch batch = applier.TryRent()!;
        batch.Fill(index, new[] { Lab.Entry(1, text) }, _nobody, new ResumeBatchPool(_scheduler).Rent());
        applier.Post(batch);
    }

    private sealed class Recorder : IStateMachine
    {
        public List<string> Calls { get; } = [];

        public TaskCompletionSource? Gate { get; set; }

        public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            Calls.Add(Encoding.UTF8.GetString(batch.Command(0).Span));
            await (Gate?.Task ?? Task.CompletedTask);
        }
    }

    private sealed class Query(Recorder machine, string name) : StateMachineQuery
    {
        private bool _isCancelled;

        public string Name => name;

        public Action? OnRun { get; init; }

        public bool IsCounted { get; init; }

        public override bool IsRead => IsCounted;

        public override bool IsPending => !_isCancelled;

        public Exception? Refusal { get; private set; }

        public override void Run(IStateMachine ran, ResumeBatch resume)
        {
            Assert.Same(machine, ran);
            machine.Calls.Add(name);
            OnRun?.Invoke();
        }

        public override void Refuse(Exception reason) => Refusal = reason;

        public void Cancel() => _isCancelled = true;
    }
}
