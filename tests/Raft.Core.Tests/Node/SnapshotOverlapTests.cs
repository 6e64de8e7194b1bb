using Raft.Core.Tests.Snapshots;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Section 7: a leader's snapshot arrives while the node writes its own, or while callers wait for slow results.</summary>
public sealed class SnapshotOverlapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();
    private readonly GatedSnapshots _machine = new();

    private SimulatedWorld World => _lab.World;

    /// <summary>The snapshot that has arrived includes entries that the state machine has yet to take from the log.</summary>
    [Fact]
    public void OwnSnapshotThatEndsAfterALaterOneHasArrived_CompactsOnlyWhatIsApplied()
    {
        HeldCommits store = new(World.CreateSnapshotStore());
        LabNode node = _lab.Node(members: 3, machine: _machine, snapshots: store, configure: options => options.TrailingEntries = 0);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Run();
        node.AppendEntries(2, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b")], leaderCommit: 2);
        World.RunUntil(() => node.Status.AppliedIndex == 2);
        Task<SnapshotInfo?> own = node.Raft.SnapshotAsync(Token).AsTask();
        World.RunUntil(() => store.Holds(2));

        TestSnapshot later = new(index: 10, stateLength: 8);
        peers.Send("n2", later.Chunk(0, later.Content.Length));
        World.RunUntil(() => store.Holds(10));
        _machine.IsOpen = false;
        node.AppendEntries(2, "n2", 2, 1, [.. Enumerable.Range(3, 8).Select(index => Lab.Entry(2, $"{index}"))], leaderCommit: 10);
        World.RunUntil(() => _machine.IsWaiting);
        store.Release(10);
        World.RunUntil(() => node.Status.SnapshotIndex == 10);
        store.Release(2);
        World.Run(own);

        Assert.Equal((3, 10, 2), (node.Status.FirstIndex, node.Status.LastIndex, node.Status.AppliedIndex));
        Assert.Equal(8, _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token)).Count);
        _machine.Open();
        World.RunUntil(() => node.Status.AppliedIndex == 10);
        Assert.Equal(10, _machine.LastApplied);
        node.Stop();
    }

    /// <summary>Their entries are committed, so they keep waiting when leadership is lost; then a snapshot replaces the entries.</summary>
    [Fact]
    public void CallersWhoseEntriesASnapshotIncludes_GetAnUnknownOutcome()
    {
        _machine.IsOpen = false;
        LabNode node = _lab.Node(members: 3, machine: _machine, snapshots: World.CreateSnapshotStore());
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(0, 5).Select(number => ProposeAlone(node, number))];
        Assert.True(_machine.IsWaiting);

        TestSnapshot later = new(index: 50, stateLength: 8, term: node.Status.Term + 1);
        peers.Send("n2", later.Chunk(0, later.Content.Length));
        World.RunUntil(() => node.Status.SnapshotIndex == 50);

        OutcomeUnknownException unknown = _lab.Fails<OutcomeUnknownException>(proposals[^1]);
        Assert.Contains("a snapshot that includes index", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(0, node.Raft.Footprint!.Value.PendingProposals);
        _machine.Open();
        World.RunUntil(() => node.Status.AppliedIndex == 50);
        World.RunUntil(() => proposals.All(proposal => proposal.IsCompleted));
        node.AssertNoCallerWaits();
    }

    /// <summary>Proposes a command that is in a batch of its own, and so may wait on its own.</summary>
    private Task<Committed> ProposeAlone(LabNode node, int number)
    {
        Task<Committed> proposal = node.Propose($"{number}");
        World.RunUntil(() => node.Status.CommitIndex == node.Status.LastIndex && node.Status.LastIndex == number + 2);
        World.RunUntilIdle();
        return proposal;
    }
}
