namespace Raft.Testing.Tests.Simulations;

/// <summary>Stores that are lost, and nodes of another cluster: that they happen at all.</summary>
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

    private static SimulationReport Run(IReadOnlyList<Fault> faults)
    {
        SimulationReport report = Simulation.Run(seed: 3, new SimulationOptions
        {
            Faults = faults,
            Settings = SimulationSettings.Default,
            Duration = TimeSpan.FromSeconds(20),
        });
        Assert.Null(report.Violation);
        return report;
    }
}
