namespace Raft.Testing.Tests.Simulations;

/// <summary>Stores that are lost, members that join, and nodes of another cluster: that they happen at all.</summary>
public sealed class IdentityWeatherTests
{
    [Theory]
    [InlineData("LostStore")]
    [InlineData("RolledBackStore")]
    public void Stores_AreLost(string kind)
    {
        Fault[] faults = [.. Enumerable.Range(1, 4).Select(number => new Fault(
            Enum.Parse<FaultKind>(kind), TimeSpan.FromSeconds(number * 4), TimeSpan.Zero, Node: number % 3, Other: 0, number * 0.2))];

        SimulationReport report = Run(faults);

        Assert.True(report.LostStores >= 2, $"{report.LostStores} stores were lost.");
    }

    [Fact]
    public void Strangers_SendMessages()
    {
        Fault strangers = new(FaultKind.Strangers, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), Node: 0, Other: 1, Intensity: 1);

        Assert.True(Run([strangers]).ForeignMessages > 500);
    }

    /// <summary>One that campaigns and can never win, and two that elect a leader: neither disturbs the cluster.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void StrangerNodes_ThatRun_DisturbNobody(double intensity)
    {
        Fault strangers = new(
            FaultKind.StrangerNodes, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15), Node: 0, Other: 1, intensity, AtLeader: true);

        SimulationReport calm = Run([]);
        SimulationReport report = Run([strangers]);

        Assert.True(report.ForeignMessages > 100, $"{report.ForeignMessages} messages were foreign.");
        Assert.Equal(calm.Elections, report.Elections);
        Assert.True(report.Commits > calm.Commits * 0.9, $"{report.Commits} commits, and {calm.Commits} without strangers.");
    }

    [Fact]
    public void FirstJoin_Member_JoinsBeforeAnythingElseFails()
    {
        Fault join = new(FaultKind.FirstJoin, TimeSpan.Zero, TimeSpan.FromSeconds(2), Node: 2, Other: 0, Intensity: 1);
        Fault crash = new(FaultKind.Crash, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), Node: 0, Other: 1, Intensity: 1);

        SimulationReport report = Run([join, crash]);

        Assert.Equal(1, report.Joins);
        Assert.True(report.Commits > 100, $"{report.Commits} commits: without n1, the vote of n3 is needed.");
    }

    /// <summary>With two nodes, the other one could not commit anything before it has joined.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void FirstJoin_OfMoreThanAMinority_LeavesTheOthersAMajority(int nodes, int joins)
    {
        Fault[] faults = [.. Enumerable.Range(0, nodes).Select(node => new Fault(
            FaultKind.FirstJoin, TimeSpan.Zero, TimeSpan.FromSeconds(1), node, Other: 0, Intensity: 1))];

        Assert.Equal(joins, Run(faults, nodes).Joins);
    }

    [Fact]
    public void SameSeed_OfTheProfile_TakesTheSameCourse()
    {
        SimulationOptions options = new() { Weather = WeatherProfile.Identity, Duration = TimeSpan.FromSeconds(20) };

        SimulationReport[] reports = [.. Enumerable.Range(1, 5).Select(seed => Simulation.Run((ulong)seed, options))];

        Assert.Contains(reports, static report => report.Joins > 0);
        Assert.All(reports, report => Assert.Equal(report.TraceHash, Simulation.Run(report.Seed, options).TraceHash));
    }

    private static SimulationReport Run(IReadOnlyList<Fault> faults, int nodes = 3)
    {
        SimulationReport report = Simulation.Run(seed: 3, new SimulationOptions
        {
            Nodes = nodes,
            Faults = faults,
            Settings = SimulationSettings.Default,
            Duration = TimeSpan.FromSeconds(20),
        });
        Assert.Null(report.Violation);
        return report;
    }
}
