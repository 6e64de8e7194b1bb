namespace Raft.Testing.Frameworks;

/// <summary>What the tests of each framework do. None says anything about threads or contexts.</summary>
internal static class LedgerSimulations
{
    private static readonly SimulationOptions Short = new()
    {
        Duration = TimeSpan.FromSeconds(10),
        Settings = SimulationSettings.Default with { SnapshotAfterEntries = 10, TrailingEntries = 0 },
    };

    /// <summary>Runs a simulation in which machines are restored from snapshots.</summary>
    /// <returns>The hash of its course.</returns>
    public static ulong Run()
    {
        SimulationReport<long, string> report = Simulation.Run(seed: 7, () => new Ledger(), random => random.Next(20) - 5L, Short);
        report.ThrowUnlessLinearizable();
        return report.Summary.Restorations > 0
            ? report.Summary.TraceHash
            : throw new InvalidOperationException("No machine was restored, so the test shows less than it should.");
    }

    public static SimulatedCluster<Ledger> NewCluster() => new(() => new Ledger(), nodes: 3, seed: 7);

    public static void Begin(SimulatedCluster<Ledger> cluster)
    {
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose(5);
        cluster.TakeSnapshot("n1");
        cluster.Crash("n1");
    }

    /// <returns>The total.</returns>
    public static long End(SimulatedCluster<Ledger> cluster)
    {
        cluster.Propose(5);
        cluster.Restart("n1");
        cluster.Settle();
        return cluster.Read("n1", ledger => ledger.Total);
    }
}
