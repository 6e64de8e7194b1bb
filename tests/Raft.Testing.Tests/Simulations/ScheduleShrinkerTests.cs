namespace Raft.Testing.Tests.Simulations;

public sealed class ScheduleShrinkerTests
{
    private static readonly TimeSpan ViolatedAt = TimeSpan.FromSeconds(5);

    private readonly List<SimulationOptions> _tried = [];

    /// <summary>A schedule with a fault each half second, whose number is its node.</summary>
    private static SimulationOptions Schedule(int count) => new()
    {
        Duration = TimeSpan.FromMinutes(1),
        Faults = [.. Enumerable.Range(1, count)
            .Select(number => new Fault(FaultKind.Pause, TimeSpan.FromSeconds(number * 0.5), TimeSpan.FromSeconds(1), number, 0, 1))],
    };

    private static SimulationReport Report(SimulationOptions options, string? rule) => new(
        1,
        rule is null ? options.Duration : ViolatedAt,
        0,
        0,
        0,
        options.Faults!,
        0,
        rule is null ? null : new SimulationException(rule, rule, null));

    /// <summary>Breaks a rule only if all these faults come.</summary>
    private ShrunkSimulation Shrink(SimulationOptions options, int[] needed, Func<bool>? isTimeUp = null)
    {
        ScheduleShrinker shrinker = new(
            candidate =>
            {
                _tried.Add(candidate);
                return Report(candidate, needed.All(number => candidate.Faults!.Any(fault => fault.Node == number)) ? "rule" : null);
            },
            isTimeUp ?? (() => false));
        return shrinker.Shrink(Report(options, "rule"), options);
    }

    private static int[] Numbers(ShrunkSimulation shrunk) => [.. shrunk.Report.Faults.Select(fault => fault.Node)];

    [Theory]
    [InlineData(new int[] { })]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 9 })]
    [InlineData(new[] { 2, 7 })]
    [InlineData(new[] { 1, 4, 5, 9 })]
    public void Shrink_OfASchedule_LeavesWhatIsNeeded(int[] needed)
    {
        ShrunkSimulation shrunk = Shrink(Schedule(40), needed);

        Assert.Equal(needed, Numbers(shrunk));
        Assert.True(shrunk.IsMinimal);
        Assert.Equal(_tried.Count, shrunk.Runs);
    }

    [Fact]
    public void Shrink_OfALongRun_EndsJustAfterTheViolation()
    {
        ShrunkSimulation shrunk = Shrink(Schedule(40), [3]);

        Assert.Equal(ViolatedAt + TimeSpan.FromMilliseconds(100), shrunk.Options.Duration);
        Assert.All(_tried, candidate => Assert.All(candidate.Faults!, fault => Assert.True(fault.At <= shrunk.Options.Duration)));
    }

    [Fact]
    public void Shrink_AnotherRuleBreaksWithLess_KeepsToItsOwn()
    {
        SimulationOptions options = Schedule(8);
        ScheduleShrinker shrinker = new(
            candidate => Report(candidate, candidate.Faults!.Any(fault => fault.Node == 2) ? "rule" : "another"), () => false);

        ShrunkSimulation shrunk = shrinker.Shrink(Report(options, "rule"), options);

        Assert.Equal([2], Numbers(shrunk));
    }

    [Fact]
    public void Shrink_TimeIsUp_KeepsTheSmallestSoFar()
    {
        ShrunkSimulation none = Shrink(Schedule(9), [2, 7], isTimeUp: () => true);
        Assert.Equal(9, none.Report.Faults.Count);
        Assert.False(none.IsMinimal);

        _tried.Clear();
        ShrunkSimulation some = Shrink(Schedule(9), [2, 3], isTimeUp: () => _tried.Count >= 4);
        Assert.InRange(some.Report.Faults.Count, 2, 8);
        Assert.False(some.IsMinimal);
    }

    [Fact]
    public void Shrink_OfARunThatBrokeNothing_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Simulation.Shrink(Report(Schedule(1), rule: null)));
}
