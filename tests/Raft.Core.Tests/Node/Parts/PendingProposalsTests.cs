namespace Raft.Tests.Node;

/// <summary>Callers wait in the order of the log, each for one entry of one term.</summary>
public sealed class PendingProposalsTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly PendingProposals _pending = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Take_TheFirstEntry_GivesItsCallerOnce()
    {
        (PendingCaller<Committed> caller, _) = _lab.Caller();
        _pending.Add(index: 5, term: 2, caller);

        Assert.Equal((PendingCaller)caller, _pending.Take(5, 2));
        Assert.Equal(default, _pending.Take(5, 2));
        Assert.Equal(0, _pending.Count);
    }

    [Theory]
    [InlineData(4, 2)] // an entry that no caller here waits for
    [InlineData(5, 3)] // another leader's entry in its place
    public void Take_AnotherEntry_LeavesTheCallerWaiting(long index, long term)
    {
        _pending.Add(index: 5, term: 2, _lab.Caller().Caller);

        Assert.Equal(default, _pending.Take(index, term));
        Assert.Equal(1, _pending.Count);
    }

    [Fact]
    public void FailUncommitted_KeepsTheCommittedOnesInOrder()
    {
        (PendingCaller<Committed> first, Task<Committed> firstTask) = _lab.Caller();
        (PendingCaller<Committed> second, _) = _lab.Caller();
        (PendingCaller<Committed> third, Task<Committed> thirdTask) = _lab.Caller();
        _pending.Add(1, 1, first);
        _pending.Add(2, 1, second);
        _pending.Add(3, 1, third);

        ResumeBatch resume = _lab.Sources.Resumes.Rent();
        BatchOutcomes outcomes = _pending.FailUncommitted(static (index, _) => index <= 2, Unknown, resume);
        resume.Start();
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal((1, 0), (outcomes.Unknown, outcomes.Cancelled));
        OutcomeUnknownException unknown = Assert.IsType<OutcomeUnknownException>(thirdTask.Exception?.InnerException);
        Assert.Equal((3L, 1L), (unknown.Index, unknown.Term));
        Assert.False(firstTask.IsCompleted);
        Assert.Equal((PendingCaller)first, _pending.Take(1, 1));
        Assert.Equal((PendingCaller)second, _pending.Take(2, 1));
    }

    [Fact]
    public void FailAll_OneHasCancelled_CountsItAsCancelled()
    {
        using CancellationTokenSource cancellation = new();
        _pending.Add(1, 1, _lab.CallerThatCancels(cancellation.Token).Caller);
        _pending.Add(2, 1, _lab.Caller().Caller);
        cancellation.Cancel();

        ResumeBatch resume = _lab.Sources.Resumes.Rent();
        BatchOutcomes outcomes = _pending.FailAll(Unknown, resume);
        resume.Start();
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal((1, 1), (outcomes.Unknown, outcomes.Cancelled));
        Assert.Equal(0, _pending.Count);
        Assert.Equal(0, _lab.Sources.Live.Value);
    }

    private static OutcomeUnknownException Unknown(long index, long term) => new("unknown", index, term);
}
