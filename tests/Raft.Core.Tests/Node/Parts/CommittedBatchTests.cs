namespace Raft.Tests.Node;

/// <summary>The callers of a batch that is being applied.</summary>
public sealed class CommittedBatchTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly PendingProposals _pending = new();
    private readonly CommittedBatch _batch = new();

    public void Dispose() => _lab.Dispose();

    /// <summary>The leadership is lost while the batch hangs: a caller with a result must learn it, and not wait for the rest.</summary>
    [Fact]
    public void FailCallers_SomeHaveTheirResult_ResumesAllOfThem()
    {
        Task<Committed> applied = Propose(1);
        Task<Committed> hanging = Propose(2);
        Fill(2);
        _batch.Complete(0, default);

        _batch.FailCallers(static (index, term) => new OutcomeUnknownException("lost", index, term), _lab.Context.Answers.Batch);
        _lab.Resume();

        Assert.Equal(1, PartsLab.IndexOf(applied));
        Assert.IsType<OutcomeUnknownException>(hanging.Exception?.InnerException);
        _batch.Finish(metrics: null);
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal(0, _lab.Sources.Live.Value);
    }

    [Fact]
    public void ResumeAnswered_SomeHaveTheirResult_ResumesEachOnce()
    {
        Task<Committed>[] callers = [.. Enumerable.Range(1, 40).Select(index => Propose(index))];
        Fill(40);
        int resumed = 0;
        for (int position = 0; position < 40; position += 10)
        {
            for (int i = position; i < position + 10; i++)
            {
                _batch.Complete(i, default);
            }

            _batch.ResumeAnswered();
            _lab.Scheduler.RunUntilIdle();
            resumed += 10;
            Assert.Equal(resumed, callers.Count(static caller => caller.IsCompletedSuccessfully));
        }

        _batch.Finish(metrics: null);
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal(Enumerable.Range(1, 40), callers.Select(static caller => (int)PartsLab.IndexOf(caller)));
    }

    private Task<Committed> Propose(long index)
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();
        _pending.Add(index, term: 1, caller);
        return task;
    }

    private void Fill(int count) => _batch.Fill(
        1, Enumerable.Range(0, count).Select(static _ => Lab.Entry(1, "x")).ToArray(), _pending, _lab.Sources.Resumes.Rent());
}
