using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class FilesProfileTests
{
    [Fact]
    public void Run_Repeats()
    {
        Job job = new(3, Profile.Files, Nodes: 3, Minutes: 0.5);
        SimulationReport one = Simulation.Run(job.Seed, job.Options);
        SimulationReport other = Simulation.Run(job.Seed, job.Options);

        Assert.Null(one.Violation);
        Assert.True(one.Commits > 10);
        Assert.Equal((one.Steps, one.TraceHash), (other.Steps, other.TraceHash));
    }

    [Fact]
    public void Seeds_HaveEveryWeather()
    {
        IEnumerable<WeatherProfile> drawn = Enumerable.Range(1, 100).Select(static seed => Profile.Files.WeatherOf((ulong)seed));

        Assert.Equal(
            WeatherProfile.All.Select(static weather => weather.Name).Order(StringComparer.Ordinal),
            drawn.Select(static weather => weather.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FlippedBit_IsRefusedOrHasNoEffect()
    {
        int refused = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            SimulatedCluster cluster = new(seed: seed, storage: Profile.Files.Storage);
            SimulatedNode node = cluster["n2"];
            cluster.Start();
            for (int i = 0; i < 20; i++)
            {
                cluster.Propose($"{i}");
            }

            cluster.Stop(node.Id);
            node.Storage.FlipBit();
            cluster.Start(node.Id);
            cluster.World.RunUntil(() => node.Failure is not null || node.Status.Lifecycle == NodeLifecycle.Running);
            if (node.Failure is { } failure)
            {
                refused++;
                Assert.IsType<StorageCorruptedException>(failure.InnerException);
            }
        }

        Assert.InRange(refused, 5, 19);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("disk")]
    public void Storage_InMuchWeather_KeepsEveryRule(string weather)
    {
        SimulationReport report = Simulation.Run(1, new SimulationOptions
        {
            Duration = TimeSpan.FromSeconds(30),
            Weather = WeatherProfile.Find(weather),
            Storage = Profile.Files.Storage,
        });

        Assert.Null(report.Violation);
    }
}
