using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class NetworkProfileTests
{
    [Fact]
    public void Run_Repeats()
    {
        Job job = new(7, Profile.Network, Nodes: 3, Minutes: 0.5);
        SimulationReport one = Simulation.Run(job.Seed, job.Options);
        SimulationReport other = Simulation.Run(job.Seed, job.Options);

        Assert.Null(one.Violation);
        Assert.True(one.Commits > 10);
        Assert.Equal((one.Steps, one.TraceHash), (other.Steps, other.TraceHash));
    }

    [Theory]
    [InlineData("lossy")]
    [InlineData("partitions")]
    [InlineData("crashes")]
    [InlineData("identity")]
    public void Transport_InMuchWeather_KeepsEveryRule(string weather)
    {
        SimulationReport report = Simulation.Run(2, new SimulationOptions
        {
            Duration = TimeSpan.FromSeconds(30),
            Weather = WeatherProfile.Find(weather),
            Transports = Profile.Network.Transports,
            RecoveryTimeouts = Profile.Network.RecoveryTimeouts,
        });

        Assert.Null(report.Violation);
        Assert.True(report.Commits > 10);
    }

    [Fact]
    public void CutLink_CarriesNothing_UntilItIsRestored()
    {
        SimulatedCluster cluster = new(seed: 5, transports: Profile.Network.Transports);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("before");
        cluster.Settle();

        cluster.Network.Isolate("n3");
        cluster.Propose("during");
        cluster.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(["before"], cluster.LogOf("n3"));

        cluster.Network.Heal();
        cluster.Settle();
        Assert.Equal(["before", "during"], cluster.LogOf("n3"));
    }

    [Fact]
    public void CrashedNode_IsConnectedAgain()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            SimulatedCluster cluster = new(seed: seed, transports: Profile.Network.Transports);
            cluster.Start();
            cluster.Propose("1");
            cluster.Settle();

            cluster.Crash("n2");
            cluster.Propose("2");
            cluster.Start("n2");
            cluster.Settle();

            Assert.Equal(["1", "2"], cluster.LogOf("n2"));
        }
    }

    [Fact]
    public void StoppedCluster_KeepsNoConnection()
    {
        SimulatedTcp? tcp = null;
        SimulatedCluster cluster = new(seed: 3, transports: world => tcp = new SimulatedTcp(world));
        cluster.Start();
        cluster.Propose("1");
        foreach (NodeId id in cluster.NodeIds)
        {
            cluster.Stop(id);
        }

        cluster.World.RunFor(TimeSpan.FromSeconds(10));

        Assert.All(cluster.NodeIds, id => Assert.Empty(tcp!.Find(id)!.Streams));
        Assert.False(tcp!.IsCarrying);
    }
}
