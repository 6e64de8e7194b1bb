namespace Raft.Testing.Tests.Simulations;

/// <summary>A run whose events are kept is the same run.</summary>
public sealed class RecordingTests
{
    private static readonly SimulationOptions Short = new() { Duration = TimeSpan.FromSeconds(10) };

    [Fact]
    public void KeepingEvents_LeavesTheCourseAsItIs()
    {
        SimulationReport plain = Simulation.Run(seed: 5, Short);
        SimulationReport recorded = Simulation.Run(seed: 5, Short with { KeepsEvents = true });

        Assert.Equal((plain.TraceHash, plain.Events, plain.Steps), (recorded.TraceHash, recorded.Events, recorded.Steps));
        Assert.Null(plain.Trace);
        Assert.InRange(recorded.Trace!.Count, recorded.Events + 1, long.MaxValue); // and what the nodes became
    }

    [Fact]
    public void DrawnFaults_AreThoseOfTheRun() =>
        Assert.Equal(Simulation.Run(seed: 5, Short).Faults, Simulation.DrawFaults(5, Short));

    [Fact]
    public void Failure_OfAKeptTrace_EndsWithWhatIsBroken()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 1);
        cluster.World.Trace.KeepEvents();
        cluster.Start();

        SimulationException error = Assert.Throws<SimulationException>(
            () => cluster.World.RunUntil(() => false, TimeSpan.FromSeconds(1), "what never comes"));

        Assert.Equal("TIMEOUT", error.Rule);
        using StringWriter text = new();
        new TraceReport(cluster.World.Trace, "a test").WriteText(text);
        Assert.EndsWith(
            "violation TIMEOUT: it did not happen in time. Waited for: what never comes.",
            text.ToString().TrimEnd(),
            StringComparison.Ordinal);
    }
}
