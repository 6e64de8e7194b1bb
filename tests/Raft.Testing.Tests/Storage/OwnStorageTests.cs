namespace Raft.Testing.Tests.Storage;

public sealed class OwnStorageTests
{
    private readonly SimulatedCluster _cluster = new(storage: static (world, _) => new ForgetfulStorage(world));

    public OwnStorageTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Propose("a");
        _cluster.Settle();
    }

    [Fact]
    public void Cluster_UsesTheStorageOfEachNode()
    {
        _cluster.Restart("n2");
        _cluster.Settle();

        Assert.Equal(["a"], _cluster.LogOf("n2"));
        Assert.Equal([1, 2, 1], _cluster.Nodes.Select(static node => ((ForgetfulStorage)node.Storage).Lives));
    }

    [Fact]
    public void Storage_ThatLosesAnAcknowledgedWrite_EndsTheRun()
    {
        _cluster["n2"].Storage.Copy();
        _cluster.Propose("b");
        _cluster.Settle();

        SimulationException exception = Assert.Throws<SimulationException>(() =>
        {
            _cluster.Restart("n2");
            _cluster.Settle();
        });

        Assert.Equal("A store keeps what it acknowledged is broken", exception.Rule);
        Assert.Contains("n2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Simulation_UsesTheStorage()
    {
        int made = 0;
        SimulationReport report = Simulation.Run(1, new SimulationOptions
        {
            Duration = TimeSpan.FromSeconds(10),
            Weather = WeatherProfile.Lossy,
            Storage = (world, _) =>
            {
                made++;
                return new ForgetfulStorage(world);
            },
        });

        Assert.Null(report.Violation);
        Assert.Equal(3, made);
    }
}
