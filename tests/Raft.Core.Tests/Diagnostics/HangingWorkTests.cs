using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>What occupies the state machine or the stores of a node, other than batches and writes to the log, is reported as what it is.</summary>
public sealed class HangingWorkTests : IDisposable
{
    private readonly Lab _lab = new() { HasSnapshots = true };
    private readonly RecordingLoggerFactory _logged = new();
    private readonly SimulatedCluster _cluster = new(nodes: 3, seed: 2, options => options.SnapshotAfterEntries = 5);

    public HangingWorkTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Fact]
    public void SnapshotStore_ThatHangs_IsShownWithItsWork()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster["n1"].Storage.HoldSnapshots();
        for (int i = 0; i < 10; i++)
        {
            _cluster.Propose($"{i}");
        }

        _cluster.World.RunFor(TimeSpan.FromSeconds(2));

        HangingWork hang = Assert.Single(_cluster["n1"].Status.Hangs);
        Assert.Equal(HangingResource.SnapshotStore, hang.Resource);
        Assert.Matches("^committing the [0-9]+ bytes of the snapshot up to entry [0-9]+$", hang.Work);
        Assert.Equal("n1", _cluster.Leader?.Value); // nobody waits for it
        _cluster["n1"].Storage.ReleaseSnapshots();
        _cluster.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(_cluster["n1"].Status.Hangs);
    }

    /// <summary>A single node has no heartbeat that would make it look at its state machine.</summary>
    [Fact]
    public void Read_ThatHangsOnAnIdleNode_IsLoggedInTime()
    {
        LabNode node = _lab.Node().Lead();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        TaskCompletionSource gate = new();
        node.Raft.Occupy(new Reading(gate.Task));

        _lab.World.RunFor(TimeSpan.FromSeconds(10.1));

        Assert.Equal("answering a read", Assert.Single(node.Status.Hangs).Work);
        Assert.Contains("has been answering a read for 00:00:10", Assert.Single(_logged.Of(120)).Message, StringComparison.Ordinal);
        gate.SetResult();
    }

    [Fact]
    public void Reads_ThatAreQuick_WakeAnIdleNodeOnceInAWhile()
    {
        PassCounter passes = new(_lab.World.Scheduler);
        _lab.Scheduler = passes;
        LabNode node = _lab.Node().Lead();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));
        passes.Count = 0;
        for (int i = 0; i < 1_000; i++)
        {
            _lab.World.Run(node.Raft.ReadAsync(
                (StringLog log) => log.Entries.Count, ReadConsistency.Local, TestContext.Current.CancellationToken).AsTask());
        }

        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.InRange(passes.Count, 1, 5); // the first read, and looks after a hang timeout
        Assert.Empty(node.Status.Hangs);
        Assert.Empty(_logged.Of(120));
    }

    /// <summary>Counts how often the worker of a node was scheduled.</summary>
    private sealed class PassCounter(IScheduler inner) : IScheduler
    {
        public int Count { get; set; }

        public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
        {
            Count += item is NodeWorker ? 1 : 0;
            inner.Schedule(item, preferLocal);
        }

        public IBlockingScheduler CreateBlocking(string name) => inner.CreateBlocking(name);
    }

    private sealed class Reading(Task until) : StateMachineQuery
    {
        public override bool MayEndLater => true;

        public override void Run(IStateMachine machine, ResumeBatch resume) => throw new NotSupportedException();

        public override ValueTask RunAsync(IStateMachine machine, ResumeBatch resume) => new(until);

        public override void Refuse(Exception reason)
        {
            // nobody waits
        }
    }
}
