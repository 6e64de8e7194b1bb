using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A restoration is prepared before the state machine is called, and only the call makes its state uncertain.</summary>
public sealed class RestorationTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly Captured _machine = new();
    private readonly List<Exception> _failures = [];

    [Fact]
    public void Close_WhileARestorationIsPrepared_LeavesTheStateCertain()
    {
        Applier applier = New();
        Restoration restoration = new() { Preparing = new TaskCompletionSource() };
        applier.Post(restoration);
        _scheduler.RunUntilIdle();

        Close(applier);
        restoration.Preparing.SetResult();
        _scheduler.RunUntilIdle();

        Assert.False(applier.StateIsUncertain);
        Assert.Equal((false, true), (restoration.HasRun, restoration.IsAbandoned));
    }

    [Fact]
    public void Close_WhenARestorationHasBeenPreparedAtOnce_KeepsItFromRunning()
    {
        Applier applier = New();
        Restoration restoration = new() { OnPrepared = () => Close(applier) };
        applier.Post(restoration);

        _scheduler.RunUntilIdle();

        Assert.False(applier.StateIsUncertain);
        Assert.Equal((false, true), (restoration.HasRun, restoration.IsAbandoned));
    }

    [Fact]
    public void Close_WhileARestorationRuns_LeavesTheStateUncertain()
    {
        Applier applier = New();
        Restoration restoration = new() { Running = new TaskCompletionSource() };
        applier.Post(restoration);
        _scheduler.RunUntilIdle();

        Close(applier);
        restoration.Running.SetResult();
        _scheduler.RunUntilIdle();

        Assert.True(applier.StateIsUncertain);
        Assert.Equal((0, false), (applier.AppliedIndex, restoration.IsAbandoned)); // it disposes what it holds itself
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Restoration_Fails_LeavesTheStateUncertainIfTheStateMachineWasCalled(bool failsInPreparation, bool isUncertain)
    {
        Applier applier = New();
        TaskCompletionSource failing = new();
        failing.SetException(new IOException("Bad sector."));
        applier.Post(failsInPreparation ? new Restoration { Preparing = failing } : new Restoration { Running = failing });

        _scheduler.RunUntilIdle();

        Assert.Equal(isUncertain, applier.StateIsUncertain);
        Assert.Contains("Bad sector.", Assert.Single(_failures).Message, StringComparison.Ordinal);
    }

    /// <summary>The node is brought up by a snapshot, and nothing is committed after it.</summary>
    [Fact]
    public void Restoration_ReachesTheIndexOfARead_RunsIt()
    {
        Applier applier = New();
        Restoration restoration = new();
        Look later = new() { Index = restoration.LastIncludedIndex + 1 };
        Look read = new() { Index = restoration.LastIncludedIndex };
        applier.Post(read);
        applier.Post(later);
        _scheduler.RunUntilIdle();
        Assert.False(read.HasRun);

        applier.Post(restoration);
        _scheduler.RunUntilIdle();

        Assert.Equal((true, false), (read.HasRun, later.HasRun));
    }

    /// <summary>The content of a large snapshot is verified for a long time.</summary>
    [Fact]
    public void Reads_WhileARestorationIsPrepared_Run()
    {
        Applier applier = New();
        Restoration restoration = new() { Preparing = new TaskCompletionSource() };
        applier.Post(restoration);
        _scheduler.RunUntilIdle();
        Look read = new();
        Look later = new() { Index = restoration.LastIncludedIndex };

        applier.Post(read);
        applier.Post(later);
        _scheduler.RunUntilIdle();

        Assert.Equal((true, false), (read.HasRun, later.HasRun));
        Assert.Equal((false, WorkKind.Restore), (applier.IsIdle, applier.CurrentWork?.Work.Kind));
        restoration.Preparing.SetResult();
        _scheduler.RunUntilIdle();
        Assert.Equal((true, true, true), (restoration.HasRun, later.HasRun, applier.IsIdle));
    }

    [Fact]
    public void Restoration_PostedWhileAnotherIsPrepared_RunsAfterIt()
    {
        Applier applier = New();
        Restoration first = new() { Preparing = new TaskCompletionSource() };
        applier.Post(first);
        _scheduler.RunUntilIdle();
        Restoration second = new();

        applier.Post(second);
        applier.Post(new Look()); // wakes the applier
        _scheduler.RunUntilIdle();

        Assert.Equal((false, false), (first.HasRun, second.HasRun));
        first.Preparing.SetResult();
        _scheduler.RunUntilIdle();
        Assert.Equal((true, false, true), (first.HasRun, first.IsAbandoned, second.HasRun));
    }

    private static void Close(Applier applier) =>
        applier.Close((index, term) => new OutcomeUnknownException("unknown", index, term), new NodeStoppedException("stopped"));

    private Applier New()
    {
        NodeSettings settings =
            new("n1", 0, new RaftNodeOptions(), new RaftNodePorts { StateMachine = _machine, Scheduler = _scheduler });
        return new Applier(settings, metrics: null, static _ => { }, _failures.Add, static () => { }, new ResumeBatchPool(settings.Scheduler));
    }

    private sealed class Restoration() : StateRestoration(new SimulatedClock())
    {
        public TaskCompletionSource? Preparing { get; init; }

        public TaskCompletionSource? Running { get; init; }

        public Action? OnPrepared { get; init; }

        public bool HasRun { get; private set; }

        public bool IsAbandoned { get; private set; }

        public override long LastIncludedIndex => 9;

        public override DateTimeOffset LastIncludedTime => DateTimeOffset.UnixEpoch;

        public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
        {
            await (Preparing?.Task ?? Task.CompletedTask);
            OnPrepared?.Invoke();
            IsPrepared = true;
        }

        public override async ValueTask RunAsync(IStateMachine machine, CancellationToken cancellationToken)
        {
            HasRun = true;
            await (Running?.Task ?? Task.CompletedTask);
        }

        public override void Abandon() => IsAbandoned = true;
    }

    private sealed class Look : StateMachineQuery
    {
        public bool HasRun { get; private set; }

        public override void Run(IStateMachine machine, ResumeBatch resume) => HasRun = true;

        public override void Refuse(Exception reason) => throw new NotSupportedException();
    }
}
