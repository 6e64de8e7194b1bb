using Xunit;

namespace Raft.Testing.Frameworks;

/// <summary>Simulations in tests of xunit v3, and of xunit 2, which has a synchronization context.</summary>
public sealed class SimulationTests
{
    private readonly SimulatedCluster<Ledger> _cluster = LedgerSimulations.NewCluster();

    [Fact]
    public void Simulation_InASynchronousTest_TakesItsCourse() => Assert.Equal(LedgerSimulations.Run(), LedgerSimulations.Run());

    [Fact]
    public async Task Simulation_AfterAnAwait_TakesTheSameCourse()
    {
        ulong before = LedgerSimulations.Run();
        await Task.Yield();
        Assert.Equal(before, LedgerSimulations.Run());
    }

    [Fact]
    public void Cluster_MadeWithTheClass_IsUsedInASynchronousTest()
    {
        LedgerSimulations.Begin(_cluster);
        Assert.Equal(10, LedgerSimulations.End(_cluster));
    }

    [Fact]
    public async Task Cluster_AcrossAwaits_ContinuesOnEachThread()
    {
        LedgerSimulations.Begin(_cluster);
        await Task.Yield();
        Assert.Equal(10, LedgerSimulations.End(_cluster));
    }

    [Fact]
    public async Task Proposal_OfANode_CanBeAwaitedOnceItHasEnded()
    {
        LedgerSimulations.Begin(_cluster);
        Task<string> proposal = _cluster.ProposerOf(_cluster.WaitForLeader()).ProposeAsync(5, CancellationToken.None).AsTask();
        _cluster.Run(TimeSpan.FromSeconds(1));
        Assert.StartsWith("10 at ", await proposal, StringComparison.Ordinal);
    }
}
