namespace Raft.Testing.Frameworks;

/// <summary>Simulations in tests of MSTest.</summary>
[TestClass]
public sealed class SimulationTests
{
    private SimulatedCluster<Ledger> _cluster = LedgerSimulations.NewCluster();

    [TestInitialize]
    public void Initialize() => _cluster = LedgerSimulations.NewCluster();

    [TestMethod]
    public void Simulation_InASynchronousTest_TakesItsCourse() => Assert.AreEqual(LedgerSimulations.Run(), LedgerSimulations.Run());

    [TestMethod]
    public async Task Simulation_AfterAnAwait_TakesTheSameCourse()
    {
        ulong before = LedgerSimulations.Run();
        await Task.Yield();
        Assert.AreEqual(before, LedgerSimulations.Run());
    }

    [TestMethod]
    public void Cluster_MadeInInitialize_IsUsedInASynchronousTest()
    {
        LedgerSimulations.Begin(_cluster);
        Assert.AreEqual(10, LedgerSimulations.End(_cluster));
    }

    [TestMethod]
    public async Task Cluster_AcrossAwaits_ContinuesOnEachThread()
    {
        LedgerSimulations.Begin(_cluster);
        await Task.Yield();
        Assert.AreEqual(10, LedgerSimulations.End(_cluster));
    }

    [TestMethod]
    public async Task Proposal_OfANode_CanBeAwaitedOnceItHasEnded()
    {
        LedgerSimulations.Begin(_cluster);
        Task<string> proposal = _cluster.ProposerOf(_cluster.WaitForLeader()).ProposeAsync(5).AsTask();
        _cluster.Run(TimeSpan.FromSeconds(1));
        Assert.StartsWith("10 at ", await proposal);
    }
}
