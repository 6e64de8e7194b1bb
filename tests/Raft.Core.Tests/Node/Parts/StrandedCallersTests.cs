using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>Callers that wait at a node that no longer leads are answered, at the latest after a hang timeout.</summary>
public sealed class StrandedCallersTests : IDisposable
{
    private readonly PartsLab _lab = new(store: new InMemoryLogStore());
    private readonly PendingProposals _pending = new();
    private readonly DiskWatch _disk;
    private readonly StrandedCallers _stranded;

    public StrandedCallersTests()
    {
        new LedModule(_lab).Lead();
        _disk = new DiskWatch(_lab.Context);
        CommitPipeline commits = new(
            _lab.Context,
            _pending,
            new SnapshotPolicy(_lab.Settings),
            new LogStoreReader(_lab.Context, CancellationToken.None),
            _lab.Board,
            appliedBefore: 0);
        _stranded = new StrandedCallers(_lab.Context, _pending, commits, _disk);
        _stranded.Check();
    }

    private ConsensusModule Module => _lab.Context.Module;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Caller_OfALeader_Waits()
    {
        Task<Committed> caller = Add();

        Pass(TimeSpan.FromDays(1));

        Assert.False(caller.IsCompleted);
        Assert.Equal(TimeSpan.MaxValue, _stranded.NextDeadline);
    }

    [Fact]
    public async Task Caller_OfAFormerLeader_IsAnsweredAfterAHangTimeout()
    {
        Task<Committed> caller = Add();
        long term = Module.Term;
        Module.StepDown(_lab.Context.Now);
        Pass(TimeSpan.Zero);
        Assert.Equal(_lab.Context.Now + _lab.Settings.HangTimeout, _stranded.NextDeadline);

        Pass(_lab.Settings.HangTimeout - TimeSpan.FromTicks(1));
        Assert.False(caller.IsCompleted);
        Pass(TimeSpan.FromTicks(1));

        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => caller);
        Assert.Equal((7, term), (unknown.Index, unknown.Term));
        Assert.Equal(TimeSpan.MaxValue, _stranded.NextDeadline);
    }

    [Fact]
    public async Task Caller_OfAFormerLeaderWhoseDiskHangs_IsAnsweredAtOnce()
    {
        Task<Committed> caller = Add();
        _disk.OnFirstWrite();
        _lab.Advance(_lab.Settings.HangTimeout);
        _disk.Check(completedWrites: 0, writesInFlight: 1);
        _stranded.Check();
        Assert.False(caller.IsCompleted); // it leads

        Module.StepDown(_lab.Context.Now);
        Pass(TimeSpan.Zero);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => caller);
    }

    [Fact]
    public void FormerLeader_WithoutCallers_NeedsNoDeadline()
    {
        Module.StepDown(_lab.Context.Now);

        Pass(TimeSpan.Zero);

        Assert.Equal(TimeSpan.MaxValue, _stranded.NextDeadline);
    }

    private Task<Committed> Add()
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();
        _pending.Add(7, Module.Term, caller);
        return task;
    }

    private void Pass(TimeSpan duration)
    {
        _lab.Advance(duration);
        _stranded.Check();
        _lab.Resume();
    }
}
