using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A cluster that is restored from a backup: a snapshot next to a log store that is blank.</summary>
public sealed class RestoredBackupTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Bootstrap_SnapshotNextToABlankLogStore_ContinuesTheClusterOfTheSnapshot()
    {
        SimulatedSnapshotStore snapshots = Backup();
        SimulatedLogStore log = _lab.World.CreateLogStore();

        // The options name more members than the cluster of the backup has: the snapshot counts.
        LabNode node = _lab.Node(members: 3, store: log, snapshots: snapshots).Lead();
        node.Commit("b");

        Assert.Equal(["a", "b"], node.Log);
        Assert.Equal("voters n1", node.Raft.Membership.ToString());
        Assert.Equal(Origins.Of(members: 1).Identity, log.Durable.HardState.Identity);
    }

    [Theory]
    [InlineData(FirstStart.Join)]
    [InlineData(FirstStart.Refuse)]
    public void NoBootstrap_SnapshotNextToABlankLogStore_SaysThatTheLogIsLost(FirstStart firstStart)
    {
        SimulatedSnapshotStore snapshots = Backup();
        SimulatedLogStore log = _lab.World.CreateLogStore();
        LabNode node = _lab.Node(store: log, snapshots: snapshots, configure: options => options.FirstStart = firstStart);

        node.Run();

        StorageCorruptedException reason = Assert.IsType<StorageCorruptedException>(node.Failure().InnerException);
        Assert.Contains("its log, its term and its vote are lost", reason.Message, StringComparison.Ordinal);
        Assert.Equal(default, log.Durable.HardState);
    }

    private SimulatedSnapshotStore Backup()
    {
        SimulatedSnapshotStore snapshots = _lab.World.CreateSnapshotStore();
        LabNode node = _lab.Node(snapshots: snapshots).Lead();
        node.Commit("a");
        _lab.World.Run(node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());
        node.Stop();
        return snapshots;
    }
}
