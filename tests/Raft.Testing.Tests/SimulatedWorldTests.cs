namespace Raft.Testing.Tests;

public sealed class SimulatedWorldTests
{
    private readonly SimulatedWorld _world = new(seed: 5);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void After(TimeSpan time, Action action) => _world.Clock.CreateTimer(action).Set(time);

    [Fact]
    public void Step_WithWorkAndTimers_RunsTheWorkFirst()
    {
        List<string> order = [];
        After(Ms(1), () => order.Add("timer"));
        _world.Scheduler.Schedule(new WorkItem(() => order.Add("work")), preferLocal: true);

        while (_world.Step())
        {
        }

        Assert.Equal(["work", "timer"], order);
    }

    [Fact]
    public void RunFor_ADuration_MovesTimeByExactlyThat()
    {
        int due = 0;
        After(Ms(10), () => due++);
        After(Ms(20), () => _world.Scheduler.Schedule(new WorkItem(() => due++), preferLocal: true));
        After(Ms(20.0001), () => due++);

        _world.RunFor(Ms(20));

        Assert.Equal(2, due);
        Assert.Equal(Ms(20), _world.Clock.Now);
    }

    [Fact]
    public void RunFor_TimerThatIsAlwaysDueAtOnce_GivesUp()
    {
        IClockTimer? timer = null;
        WorkItem again = new(() => timer!.Set(_world.Clock.Now));
        timer = _world.Clock.CreateTimer(() => _world.Scheduler.Schedule(again, preferLocal: true));
        timer.Set(Ms(10));

        SimulationException livelock = Assert.Throws<SimulationException>(() => _world.RunFor(Ms(20)));

        Assert.StartsWith("LIVELOCK", livelock.Message, StringComparison.Ordinal);
        Assert.Equal(Ms(10), _world.Clock.Now);
    }

    [Fact]
    public void RunUntil_AConditionThatComesTrue_StopsThere()
    {
        bool done = false;
        After(Ms(10), () => done = true);
        After(Ms(20), () => Assert.Fail("continued"));

        _world.RunUntil(() => done);

        Assert.Equal(Ms(10), _world.Clock.Now);
    }

    [Fact]
    public void RunUntil_BeyondItsLimit_SaysWhatWasWaitedForAndWhen()
    {
        bool done = false;
        After(Ms(10), () => { });
        After(Ms(2_000), () => done = true);

        SimulationException timeout = Assert.Throws<SimulationException>(() => _world.RunUntil(() => done, TimeSpan.FromSeconds(1)));

        Assert.StartsWith("TIMEOUT", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("() => done", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:00.0100000, seed 5", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("10.0000 ms  timer 2", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunUntil_WithNothingLeftToHappen_ReportsHung()
    {
        SimulationException hung = Assert.Throws<SimulationException>(() => _world.RunUntil(() => false));

        Assert.StartsWith("HUNG", hung.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfATaskThatLeavesTheThread_ReportsEscaped()
    {
        async Task LeaveAsync()
        {
            await Task.Run(
                () => _world.Scheduler.Schedule(new WorkItem(() => { }), preferLocal: true), TestContext.Current.CancellationToken);
        }

        SimulationException escaped = Assert.Throws<SimulationException>(() => _world.Run(() => LeaveAsync()));

        Assert.Contains("ESCAPED", escaped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunUntil_AConditionThatComesTrueInRealTime_ReportsEscaped()
    {
        int looks = 0;

        SimulationException escaped = Assert.Throws<SimulationException>(() => _world.RunUntil(() => looks++ > 0));

        Assert.StartsWith("ESCAPED", escaped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfATask_GivesItsResultOrItsException()
    {
        Assert.Equal(3, _world.Run(new ValueTask<int>(3)));
        Assert.Throws<IOException>(() => _world.Run(ValueTask.FromException(new IOException())));
        Assert.Throws<IOException>(() => _world.Run(Task.FromException<int>(new IOException())));
    }

    [Fact]
    public void RunFor_WithTheSameSeed_TakesTheSameCourse()
    {
        Assert.Equal(HashOf(seed: 1), HashOf(seed: 1));
        Assert.NotEqual(HashOf(seed: 1), HashOf(seed: 2));

        static ulong HashOf(ulong seed)
        {
            SimulatedWorld world = new(seed);
            SimulatedLogStore store = world.CreateLogStore();
            world.Run(store.OpenAsync("raft", "n1", default));
            for (int i = 1; i <= 100; i++)
            {
                world.Run(store.WriteAsync(new LogWrite(null, i, new[] { SampleMessages.Entry("x") })));
            }

            return world.Trace.Hash;
        }
    }
}
