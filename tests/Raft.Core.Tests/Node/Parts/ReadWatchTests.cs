namespace Raft.Tests.Node;

/// <summary>Reads that are slow are no hang, and the end of one that hung is noticed at once.</summary>
public sealed class ReadWatchTests : IDisposable
{
    private const int Hangs = 120;
    private const int Recovered = 121;

    private readonly PartsLab _lab = new();
    private readonly Applier _applier;
    private readonly ApplierWatch _watch;
    private int _wakes;

    public ReadWatchTests()
    {
        _applier = new Applier(_lab.Settings, metrics: null, static _ => { }, static _ => { }, () => _wakes++, _lab.Sources.Resumes);
        _watch = new ApplierWatch(_lab.Context, _applier);
    }

    public void Dispose() => _lab.Dispose();

    /// <summary>All of them are in one turn, which takes longer than the limit.</summary>
    [Fact]
    public void Reads_EachOfThemSlow_AreNoHang()
    {
        int answered = 0;
        for (int i = 0; i < 64; i++)
        {
            _applier.Post(new Read(() =>
            {
                _lab.Advance(TimeSpan.FromMilliseconds(200));
                _watch.Check();
                answered++;
                return ValueTask.CompletedTask;
            }));
        }

        Assert.DoesNotContain(Hangs, _lab.Logged);
        Assert.Equal(64, answered);
    }

    [Fact]
    public void Read_ThatHangsAfterOthersOfItsTurn_HangsSinceItBegan()
    {
        TaskCompletionSource gate = new();
        _applier.Post(new Read(() =>
        {
            _lab.Advance(TimeSpan.FromSeconds(3));
            return ValueTask.CompletedTask;
        }));
        _applier.Post(new Read(() => new ValueTask(gate.Task)));
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal(TimeSpan.FromSeconds(3), _applier.CurrentWork?.Since);
    }

    [Fact]
    public void Read_ThatEndsAfterItsHangWasNoticed_WakesTheWorker()
    {
        TaskCompletionSource gate = new();
        _applier.Post(new Read(() => new ValueTask(gate.Task)));
        _lab.Scheduler.RunUntilIdle();
        _lab.Advance(_lab.Settings.HangTimeout);
        _watch.Check();
        Assert.True(_watch.Hangs);
        int before = _wakes;

        gate.SetResult();
        _lab.Scheduler.RunUntilIdle();

        Assert.True(_wakes > before);
        _watch.Check();
        Assert.Equal([Hangs, Recovered], _lab.Logged);
    }

    /// <summary>One that was posted before counts on the watch, and has woken nobody. One that is posted afterwards wakes the worker.</summary>
    [Fact]
    public void EndWatch_WithAReadThatHasNotRun_FindsIt()
    {
        _applier.Post(new Read(static () => ValueTask.CompletedTask));
        Assert.Equal(1, _wakes);

        Assert.False(_applier.EndWatch());

        _lab.Scheduler.RunUntilIdle();
        Assert.True(_applier.EndWatch());
        _applier.Post(new Read(static () => ValueTask.CompletedTask));
        Assert.Equal(2, _wakes);
    }

    private sealed class Read(Func<ValueTask> run) : StateMachineQuery
    {
        public override void Run(IStateMachine machine, ResumeBatch resume) => throw new NotSupportedException();

        public override ValueTask RunAsync(IStateMachine machine, ResumeBatch resume) => run();

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }
}
