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
}
