using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Running again, with the same node object or a new one on the same store.</summary>
public sealed class RerunTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void RunAsync_AfterAStop_ContinuesAndAppliesNothingTwice()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        node.Commit("b");
        node.Stop();

        node.Lead();
        node.Commit("c");

        Assert.Equal(["a", "b", "c"], node.Log);
        Assert.Equal(2, node.Status.Term);
        node.Stop();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void RunAsync_ManyTimes_KeepsEverything()
    {
        LabNode node = _lab.Node();
        for (int round = 1; round <= 20; round++)
        {
            node.Lead();
            Assert.Equal(round, node.Status.Term);
            node.Commit($"round {round}");
            node.Stop();
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(round => $"round {round}"), node.Log);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void NewNode_OnTheStoreOfAStoppedOne_ReplaysTheLogIntoItsOwnStateMachine()
    {
        LabNode first = _lab.Node().Lead();
        first.Commit("a");
        first.Commit("b");
        first.Stop();

        LabNode second = _lab.Node(store: first.Store).Lead();
        second.Commit("c");

        Assert.Equal(["a", "b", "c"], second.Log);
    }

    [Fact]
    public void RunAsync_WhileItRuns_IsRefused()
    {
        LabNode node = _lab.Node().Lead();

        _lab.Fails<InvalidOperationException>(node.Raft.RunAsync(CancellationToken.None));

        node.Commit("unharmed");
        node.Stop();
    }

    [Fact]
    public void RunAsync_AfterAFailedWrite_ContinuesOnceTheStoreIsFixed()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("before");
        node.Store.FailNext(new IOException("Disk full."));
        Task<Committed> lost = node.Propose("lost");
        node.Failure();
        Assert.True(lost.IsFaulted);

        node.Lead();
        node.Commit("after");

        Assert.Equal(["before", "after"], node.Log);
        Assert.Null(node.Status.Failure);
    }

    /// <summary>A query changes no state, so one that runs when the node fails does not make the state uncertain.</summary>
    [Fact]
    public void RunAsync_AfterAFailureDuringAReadThatHasEnded_Continues()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("before");
        TaskCompletionSource until = new();
        node.Raft.Occupy(new HeldQuery(until.Task));
        _lab.World.RunUntilIdle();
        node.Store.FailNext(new IOException("Disk full."));
        Task<Committed> lost = node.Propose("lost");
        _lab.World.RunUntil(() => lost.IsFaulted);
        until.SetResult();
        node.Failure();

        node.Lead();
        node.Commit("after");

        Assert.Equal(["before", "after"], node.Log);
    }

    [Fact]
    public void RunAsync_AfterAFailureOfANodeThatOnlyAnsweredHandlers_AppliesNothingTwice()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(1, "n2", 0, 0, [Lab.Entry(1, "a"), Lab.Entry(1, "b")], leaderCommit: 2);
        _lab.World.RunUntilIdle();
        Assert.Equal(["a", "b"], node.Log);
        node.Store.FailNext(new IOException("Disk full."));
        _lab.Fails<NodeStoppedException>(
            node.Raft.AppendEntriesAsync(9, "n3", 2, 1, [], 2, TestContext.Current.CancellationToken).AsTask());

        node.Run();
        _lab.World.RunUntilIdle();
        node.AppendEntries(2, "n2", 2, 1, [Lab.Entry(2, "c")], leaderCommit: 3);
        _lab.World.RunUntilIdle();

        Assert.Equal(["a", "b", "c"], node.Log);
        node.Stop();
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void NewNode_OnAStoreThatIsStillOpen_Fails()
    {
        LabNode first = _lab.Node().Lead();
        LabNode second = _lab.Node(store: first.Store);

        second.Run();

        Assert.Contains("open already", second.Failure().Message, StringComparison.Ordinal);
        first.Commit("unharmed");
    }

    [Fact]
    public void NewNode_OnAnothersStore_Fails()
    {
        LabNode first = _lab.Node("n1").Lead();
        first.Stop();
        LabNode second = _lab.Node("n2", members: 2, store: first.Store);

        second.Run();

        Assert.IsType<StorageCorruptedException>(second.Failure().InnerException);
    }

    [Fact]
    public void DurableStateMachine_IsReplayedOnlyAfterWhatItContains()
    {
        Durable machine = new();
        LabNode first = _lab.Node(machine: machine).Lead();
        first.Commit("a");
        first.Commit("b");
        first.Stop();
        Assert.Equal(3, machine.AppliedIndex);

        LabNode second = _lab.Node(machine: machine, store: first.Store).Lead();
        second.Commit("c");

        Assert.Equal(["a", "b", "c"], machine.Applied);
    }

    [Fact]
    public void DurableStateMachineThatLags_IsReplayedFromThere()
    {
        LabNode first = _lab.Node().Lead();
        first.Commit("a");
        first.Commit("b");
        first.Commit("c");
        first.Stop();
        Durable restored = new(appliedIndex: 3); // has a and b

        _lab.Node(machine: restored, store: first.Store).Lead();
        _lab.World.RunUntil(() => restored.AppliedIndex == 4);

        Assert.Equal(["c"], restored.Applied);
    }

    [Fact]
    public void DurableStateMachineAheadOfTheLog_IsRefused()
    {
        LabNode node = _lab.Node(machine: new Durable(appliedIndex: 9));

        node.Run();
        NodeFailedException failure = node.Failure();

        Assert.IsType<StorageCorruptedException>(failure.InnerException);
        Assert.Contains("applied entries up to 9, but the log ends at 0", failure.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void EvictedEntries_AreLoadedForAStateMachineThatLags()
    {
        LabNode first = _lab.Node().Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(0, 3_000).Select(number => first.Propose($"{number}"))];
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompletedSuccessfully));
        first.Stop();

        LabNode second = _lab.Node(store: first.Store, configure: options => options.MaximumCachedEntries = 5).Lead();
        _lab.World.RunUntil(() => second.Log.Count == 3_000);

        Assert.Equal(Enumerable.Range(0, 3_000).Select(number => $"{number}"), second.Log);
        second.Stop();
        second.AssertNoCallerWaits();
    }

    [Fact]
    public void Crash_AtAnyMoment_LosesNothingThatWasAcknowledged()
    {
        for (int steps = 1; steps < 80; steps += 3)
        {
            Lab lab = new((ulong)steps);
            LabNode node = lab.Node().Lead();
            List<Task<Committed>> proposals = [];
            for (int i = 0; i < steps; i++)
            {
                proposals.Add(node.Propose($"{i}"));
                lab.World.Step();
            }

            int[] acknowledged = [.. Enumerable.Range(0, steps).Where(i => proposals[i].IsCompletedSuccessfully)];
            SimulatedLogStore survived = node.Store.Crash((int)lab.World.Random.Next(node.Store.UnderWay + 1));
            LabNode next = lab.Node(store: survived).Lead();
            lab.World.RunUntil(() => next.Status.AppliedIndex == next.Status.LastIndex);

            Assert.Subset(next.Log.ToHashSet(), acknowledged.Select(i => $"{i}").ToHashSet());
        }
    }
}
