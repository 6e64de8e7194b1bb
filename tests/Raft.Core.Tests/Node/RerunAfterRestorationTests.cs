using Raft.Core.Tests.Snapshots;

namespace Raft.Tests.Node;

/// <summary>A run that ends before it has restored the state machine has not changed it, so the node may run again.</summary>
public sealed class RerunAfterRestorationTests
{
    private readonly Lab _lab = new();
    private readonly GatedStore _snapshots = new();

    [Fact]
    public void RunAsync_AfterAStopWhileASnapshotWasVerified_RestoresIt()
    {
        LabNode node = NodeWithASnapshot();
        node.Run();
        _lab.World.RunUntil(() => _snapshots.Calls.Contains("open"));
        _snapshots.Close();
        _lab.World.RunUntil(() => _snapshots.Calls[^1].StartsWith("read", StringComparison.Ordinal));
        node.Stop();
        Assert.Empty(node.Log);

        _snapshots.Open();
        node.Lead();
        node.Commit("b");

        Assert.Equal(["a", "b"], node.Log);
        node.Stop();
        Assert.Equal(0, _snapshots.OpenStreams);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void RunAsync_AfterASnapshotCouldNotBeRead_RestoresIt()
    {
        LabNode node = NodeWithASnapshot();
        _snapshots.Fail("read", new IOException("Bad sector."));
        node.Run();
        Assert.Contains("Bad sector.", node.Failure().Message, StringComparison.Ordinal);

        node.Lead(); // repaired
        _lab.World.RunUntil(() => node.Log.Count > 0);

        Assert.Equal(["a"], node.Log);
        node.AssertNoCallerWaits();
    }

    /// <summary>A new node over the stores of one that has taken a snapshot.</summary>
    private LabNode NodeWithASnapshot()
    {
        LabNode first = _lab.Node(snapshots: _snapshots).Lead();
        first.Commit("a");
        _lab.World.Run(first.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask());
        first.Stop();
        return _lab.Node(store: first.Store, snapshots: _snapshots);
    }
}
