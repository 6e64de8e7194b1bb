namespace Raft.Tests.Node;

/// <summary>Reads on their way to an index and to the state machine.</summary>
public sealed class ReadPathTests : IDisposable
{
    private readonly PartsLab _lab = new(machine: new StringLog(), store: new InMemoryLogStore(), members: 1);
    private readonly LedModule _module;
    private readonly CommitPipeline _commits;
    private readonly NodeReads _reads;

    public ReadPathTests()
    {
        _module = new LedModule(_lab).Lead();
        LogStoreReader reader = new(_lab.Context, CancellationToken.None);
        _commits = new CommitPipeline(
            _lab.Context, new PendingProposals(), new SnapshotPolicy(_lab.Settings), reader, _lab.Board, appliedBefore: 0);
        _commits.StartAfter(0, DateTimeOffset.UnixEpoch);
        _reads = new NodeReads(_lab.Context, _commits);
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Local_RunsWithoutAnIndex()
    {
        Probe read = Post(ReadConsistency.Local);

        _lab.Scheduler.RunUntilIdle();

        Assert.Equal((true, 0), (read.HasRun, _reads.Waiting));
        _reads.Ask();
        Assert.Equal(1, _lab.Context.Module.RequestRead()); // the module was not asked
    }

    [Fact]
    public void Linearizable_WaitsForTheGrantAndForTheStateMachine()
    {
        Probe read = Post(ReadConsistency.Linearizable);
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal((false, 1), (read.HasRun, _reads.Waiting));

        Grant();
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal((false, 1, 1), (read.HasRun, read.Index, _reads.Waiting)); // entry 1 is not applied

        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal((true, 0), (read.HasRun, _reads.Waiting));
    }

    [Fact]
    public void Reads_ThatArriveInOnePass_WakeTheWorkerOnceAndShareTheRequest()
    {
        int wakes = _lab.Wakes;
        Probe[] reads = [.. Enumerable.Range(0, 10).Select(_ => Post(ReadConsistency.Linearizable))];
        Assert.Equal(wakes + 1, _lab.Wakes);

        Grant();
        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();

        Assert.All(reads, static read => Assert.True(read.HasRun));
        Assert.Equal(2, _lab.Context.Module.RequestRead()); // it was asked once before
    }

    [Fact]
    public void AtLeast_WaitsForTheStateMachineOnly()
    {
        Probe read = Post(ReadConsistency.AtLeast(1));
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal((false, 1), (read.HasRun, _reads.Waiting)); // entry 1 is not applied

        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal((true, 0), (read.HasRun, _reads.Waiting));
        _reads.Ask();
        Assert.Equal(1, _lab.Context.Module.RequestRead()); // the module was not asked
    }

    [Fact]
    public async Task Barrier_WaitsForTheGrantAndForTheStateMachine()
    {
        CompletionSource<long> source = _lab.Sources.Reads.Rent<long>(CancellationToken.None);
        Task<long> barrier = source.Task.AsTask();
        Assert.Equal(PostOutcome.Posted, _reads.Post(new BarrierQuery(source.Caller)));

        Grant();
        _lab.Scheduler.RunUntilIdle();
        Assert.False(barrier.IsCompleted); // entry 1 is not applied

        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();
        Assert.True(barrier.IsCompleted);
        Assert.Equal(1, await barrier);
    }

    [Fact]
    public void BoundedStaleness_WithinTheBoundOfTheLastGrant_AsksNobody()
    {
        Post(ReadConsistency.Linearizable);
        Grant();
        _commits.HandOver();
        _lab.Scheduler.RunUntilIdle();
        _lab.Advance(TimeSpan.FromSeconds(2));

        Probe within = Post(ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(2)));
        Probe beyond = Post(ReadConsistency.BoundedStaleness(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1)));
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal((true, false), (within.HasRun, beyond.HasRun));
    }

    [Fact]
    public void Stop_RefusesNewReadsAndTheEndThoseThatWait()
    {
        Probe arrived = Post(ReadConsistency.Linearizable);
        _reads.Ask();
        Probe later = Post(ReadConsistency.Linearizable);

        _reads.BeginStop();
        Assert.Equal(PostOutcome.Closed, _reads.Post(new Probe()));
        Assert.Equal(2, _reads.Waiting);
        _reads.End(new InvalidOperationException("over"));

        Assert.Equal(("over", "over", 0), (arrived.Refusal?.Message, later.Refusal?.Message, _reads.Waiting));
    }

    private Probe Post(ReadConsistency consistency)
    {
        Probe read = new() { Consistency = consistency };
        Assert.Equal(PostOutcome.Posted, _reads.Post(read));
        return read;
    }

    private void Grant()
    {
        _reads.Ask();
        _module.Complete();
        _reads.Grant(_module.TakeGrants());
    }

    private sealed class Probe : StateMachineQuery
    {
        public bool HasRun { get; private set; }

        public Exception? Refusal { get; private set; }

        public override bool IsRead => true;

        public override void Run(IStateMachine machine, ResumeBatch resume) => HasRun = true;

        public override void Refuse(Exception reason) => Refusal = reason;
    }
}
