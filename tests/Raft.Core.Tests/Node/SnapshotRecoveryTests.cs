using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Lives that begin with a snapshot: section 7, and what a crash may leave between the snapshot and the log.</summary>
public sealed class SnapshotRecoveryTests
{
    private readonly SnapshotLab _lab = new();

    private SimulatedWorld World => _lab.Lab.World;

    [Fact]
    public void NewNode_OverStoresWithASnapshot_ContinuesFromIt()
    {
        LabNode first = _lab.Node().Lead();
        first.Commit("a");
        first.Commit("b");
        _lab.Take(first);
        first.Commit("c");
        first.Stop();

        LabNode second = _lab.Node().Lead();
        second.Commit("d");

        Assert.Equal(["a", "b", "c", "d"], second.Log);
        Assert.Equal(3, second.Status.SnapshotIndex);
        second.Stop();
        second.AssertNoCallerWaits();
    }

    /// <summary>The state machine is still there: to restore it would take what it has applied since the snapshot.</summary>
    [Fact]
    public void RunAsync_AgainAfterASnapshot_AppliesNothingTwiceAndRestoresNothing()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Take(node);
        node.Commit("b");
        node.Stop();

        node.Lead();
        node.Commit("c");

        Assert.Equal(["a", "b", "c"], node.Log);
    }

    [Fact]
    public void Crash_BeforeASnapshotIsDurable_LosesNothing()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.Hold();
        _ = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntilIdle();

        _lab.Crash();
        LabNode next = _lab.Node().Lead();

        World.RunUntil(() => next.Log.Count == 1);
        Assert.Equal(0, next.Status.SnapshotIndex);
    }

    [Fact]
    public void Crash_BetweenASnapshotAndTheCompaction_LosesNothing()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.Hold();
        _ = node.Raft.SnapshotAsync(TestContext.Current.CancellationToken).AsTask();
        World.RunUntilIdle();

        _lab.Crash(commitSurvives: true);
        LabNode next = _lab.Node().Lead();
        next.Commit("b");

        Assert.Equal(["a", "b"], next.Log);
        Assert.Equal(2, next.Status.SnapshotIndex);
    }

    /// <summary>A leader's snapshot was durable, and the log that restarts after it was not.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Crash_BetweenAnInstalledSnapshotAndTheNewLog_RestartsTheLog(int entries)
    {
        Write(_lab.Log, Stored(term: 2), [.. Enumerable.Repeat(2L, entries)]);
        SnapshotInfo snapshot = Put(_lab.Snapshots, index: 2, term: 5, "x", "y");

        LabNode node = _lab.Node();
        node.Run();
        World.RunUntil(() => node.Status.AppliedIndex >= snapshot.LastIncludedIndex);

        Assert.Equal(["x", "y"], node.Log);
        Assert.Equal(3, node.Status.FirstIndex);
        Assert.True(node.Status.Term >= 5, "No log ends in a term that its node has not reached.");
        Assert.True(_lab.Log.Written.HardState.Term >= 5);
    }

    [Fact]
    public void Snapshot_WhoseLastEntryTheLogHolds_KeepsTheLog()
    {
        Write(_lab.Log, Stored(term: 5), [4, 5, 5]);
        Put(_lab.Snapshots, index: 2, term: 5, "x", "y");

        LabNode node = _lab.Node();
        node.Run();
        World.RunUntil(() => node.Log.Count == 3);

        Assert.Equal(["x", "y", "3"], node.Log);
        Assert.Equal(1, node.Status.FirstIndex);
    }

    [Fact]
    public void DamagedSnapshot_StopsTheNodeBeforeAnythingIsReplaced()
    {
        Put(_lab.Snapshots, index: 2, term: 1, damage: true, "x", "y");
        LabNode node = _lab.Node();
        node.Run();

        NodeFailedException failure = node.Failure();

        Assert.IsType<StorageCorruptedException>(failure.InnerException);
        Assert.Empty(node.Log);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void LogThatStartsAfterTheSnapshot_IsRefused()
    {
        World.Run(_lab.Log.OpenAsync("raft", "n1", TestContext.Current.CancellationToken).AsTask());
        World.Run(_lab.Log.WriteAsync(new LogWrite(Stored(term: 1), 1, default)).AsTask());
        World.Run(_lab.Log.ResetAsync(10, 1).AsTask());
        World.Run(_lab.Log.CloseAsync().AsTask());
        Put(_lab.Snapshots, index: 2, term: 1, "x");
        LabNode node = _lab.Node();
        node.Run();

        Assert.IsType<StorageCorruptedException>(node.Failure().InnerException);
    }

    /// <summary>Before anything of its log is thrown away for it.</summary>
    [Fact]
    public void SnapshotOfAnotherCluster_StopsTheNodeAndLeavesItsLog()
    {
        Write(_lab.Log, Stored(term: 1), [1, 1, 1]);
        Put(_lab.Snapshots, index: 50, term: 9, "x");
        LabNode node = _lab.Node(configure: static options => options.ClusterId = "other");
        node.Run();

        Assert.IsType<StorageCorruptedException>(node.Failure().InnerException);
        Assert.Equal(3, _lab.Log.Written.LastIndex);
    }

    [Fact]
    public void SnapshotAsync_OfALifeThatHasAppliedNothing_KeepsTheTimeOfTheLastEntry()
    {
        World.Run(_lab.Log.OpenAsync("raft", "n1", TestContext.Current.CancellationToken).AsTask());
        LogEntry entry = Lab.Entry(1) with { Time = DateTimeOffset.UnixEpoch.AddYears(50) };
        World.Run(_lab.Log.WriteAsync(new LogWrite(Stored(term: 1), 1, new[] { entry })).AsTask());
        World.Run(_lab.Log.CloseAsync().AsTask());
        LabNode node = _lab.Lab.Node(members: 3, machine: new Captured { AppliedIndex = 1 }, store: _lab.Log, snapshots: _lab.Snapshots);
        node.Run();

        SnapshotInfo? snapshot = _lab.Take(node);

        Assert.Equal(DateTimeOffset.UnixEpoch.AddYears(50), SnapshotHeader.Read(snapshot!.Value.Header).LastIncludedTime);
    }

    [Fact]
    public void DurableStateMachine_AfterARestart_HasASnapshotDueForWhatItAppliedBefore()
    {
        Write(_lab.Log, Stored(term: 1), [.. Enumerable.Repeat(1L, 30)]);
        LabNode node = _lab.Node(
            new Captured { AppliedIndex = 30 },
            static options => (options.SnapshotAfterEntries, options.SnapshotAfterBytes) = (1_000, 900));

        node.Lead();

        World.RunUntil(() => node.Status.SnapshotIndex >= 30);
    }

    /// <summary>A durable state machine that is ahead of the snapshot is not set back.</summary>
    [Fact]
    public void DurableStateMachine_AheadOfTheSnapshot_IsNotRestored()
    {
        Write(_lab.Log, Stored(term: 1), [1, 1, 1]);
        Put(_lab.Snapshots, index: 2, term: 1, "x", "y");
        Durable machine = new() { AppliedIndex = 3 };
        LabNode node = _lab.Node(machine).Lead();

        node.Commit("next");

        Assert.Equal(0, machine.Restored);
        Assert.Equal(5, machine.AppliedIndex);
    }

    [Fact]
    public void DurableStateMachine_OlderThanTheSnapshot_IsRestoredFromIt()
    {
        Write(_lab.Log, Stored(term: 1), [1, 1, 1]);
        Put(_lab.Snapshots, index: 2, term: 1, "x", "y");
        Durable machine = new() { AppliedIndex = 1 };
        LabNode node = _lab.Node(machine).Lead();

        node.Commit("next");

        Assert.Equal((1, 2), (machine.Restored, machine.RestoredIndex));
        Assert.Equal(5, machine.AppliedIndex);
    }

    private void Write(SimulatedLogStore store, HardState hardState, long[] terms)
    {
        World.Run(store.OpenAsync("raft", "n1", TestContext.Current.CancellationToken).AsTask());
        LogEntry[] entries = [.. terms.Select((term, position) => Lab.Entry(term, $"{position + 1}"))];
        World.Run(store.WriteAsync(new LogWrite(hardState, 1, entries)).AsTask());
        World.Run(store.CloseAsync().AsTask());
    }

    private static HardState Stored(long term) => new(term, VotedFor: null) { Identity = Origins.Of(members: 1).Identity };

    private SnapshotInfo Put(SimulatedSnapshotStore store, long index, long term, params string[] strings) =>
        Put(store, index, term, damage: false, strings);

    /// <summary>A snapshot of these strings, as a node writes it.</summary>
    private SnapshotInfo Put(SimulatedSnapshotStore store, long index, long term, bool damage, params string[] strings)
    {
        async Task<SnapshotInfo> PutAsync()
        {
            ClusterConfiguration one = new(["n1"]);
            ClusterIdentity identity = Origins.Of(members: 1).Identity!;
            byte[] header = new SnapshotHeader("raft", identity, DateTimeOffset.UnixEpoch, one.At(1), Sessions: default).Write();
            await using ISnapshotWriter writer = await store.CreateAsync(index, term, header, CancellationToken.None);
            using SnapshotChecksum checksum = new(index, damage ? term + 1 : term, header);
            ChecksummedStream content = new(writer.Stream, checksum);
            foreach (string text in strings)
            {
                await content.WriteAsync(BitConverter.GetBytes(text.Length));
                await content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            }

            await content.FinishAsync(CancellationToken.None);
            return await writer.CommitAsync(CancellationToken.None);
        }

        return World.Run(PutAsync());
    }

    /// <summary>Keeps its state elsewhere, together with the index.</summary>
    private sealed class Durable : IStateMachine
    {
        public long AppliedIndex { get; set; }

        public int Restored { get; private set; }

        public long RestoredIndex { get; private set; }

        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            AppliedIndex = batch.Count == 0 ? AppliedIndex : batch.Context(batch.Count - 1).Index;
            return ValueTask.CompletedTask;
        }

        public ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
        {
            Restored++;
            AppliedIndex = RestoredIndex = lastIncludedIndex;
            return ValueTask.CompletedTask;
        }
    }
}
