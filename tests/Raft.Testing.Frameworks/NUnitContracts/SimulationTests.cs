using NUnit.Framework;

namespace Raft.Testing.Frameworks;

/// <summary>Simulations in tests of NUnit.</summary>
public sealed class SimulationTests
{
    private SimulatedCluster<Ledger> _cluster = LedgerSimulations.NewCluster();

    [SetUp]
    public void SetUp() => _cluster = LedgerSimulations.NewCluster();

    [Test]
    public void Simulation_InASynchronousTest_TakesItsCourse() => Assert.That(LedgerSimulations.Run(), Is.EqualTo(LedgerSimulations.Run()));

    [Test]
    public async Task Simulation_AfterAnAwait_TakesTheSameCourse()
    {
        ulong before = LedgerSimulations.Run();
        await Task.Yield();
        Assert.That(LedgerSimulations.Run(), Is.EqualTo(before));
    }

    [Test]
    public void Cluster_MadeInSetUp_IsUsedInASynchronousTest()
    {
        LedgerSimulations.Begin(_cluster);
        Assert.That(LedgerSimulations.End(_cluster), Is.EqualTo(10));
    }

    [Test]
    public async Task Cluster_AcrossAwaits_ContinuesOnEachThread()
    {
        LedgerSimulations.Begin(_cluster);
        await Task.Yield();
        Assert.That(LedgerSimulations.End(_cluster), Is.EqualTo(10));
    }

    [Test]
    public async Task Proposal_OfANode_CanBeAwaitedOnceItHasEnded()
    {
        LedgerSimulations.Begin(_cluster);
        Task<string> proposal = _cluster.ProposerOf(_cluster.WaitForLeader()).ProposeAsync(5).AsTask();
        _cluster.Run(TimeSpan.FromSeconds(1));
        Assert.That(await proposal, Does.StartWith("10 at "));
    }
}
