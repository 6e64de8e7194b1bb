namespace Raft.Tests.Node;

/// <summary>A caller is answered once; later answers, and answers to its source's next use, lose.</summary>
public sealed class PendingCallerTests : IDisposable
{
    private readonly PartsLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Succeed_AfterAnAnswer_Loses()
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();
        Assert.True(caller.IsPending);

        Assert.True(caller.Succeed(new Committed(1, 1, default)));
        Assert.False(caller.IsPending);
        Assert.False(caller.Succeed(new Committed(2, 1, default)));
        Assert.False(caller.Fail(new NodeStoppedException("stopped")));
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal(1, PartsLab.IndexOf(task));
    }

    [Fact]
    public void Fail_OfTheUntypedCaller_AnswersTheSameWait()
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();
        PendingCaller untyped = caller;

        Assert.True(untyped.Fail(new NodeStoppedException("stopped")));
        _lab.Scheduler.RunUntilIdle();

        Assert.False(caller.IsPending);
        Assert.IsType<NodeStoppedException>(task.Exception?.InnerException);
    }

    [Fact]
    public void Fail_WithABatch_ResumesTheCallerWithIt()
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();
        ResumeBatch batch = _lab.Sources.Resumes.Rent();

        Assert.True(((PendingCaller)caller).Fail(new NodeStoppedException("stopped"), batch));
        _lab.Scheduler.RunUntilIdle();
        Assert.False(task.IsCompleted);

        batch.Start();
        _lab.Scheduler.RunUntilIdle();
        Assert.True(task.IsFaulted);
    }

    [Fact]
    public void Succeed_OfAnEarlierUseOfTheSource_Loses()
    {
        (PendingCaller<Committed> first, Task<Committed> firstTask) = _lab.Caller();
        first.Succeed(new Committed(1, 1, default));
        _lab.Scheduler.RunUntilIdle();
        Assert.True(firstTask.IsCompletedSuccessfully);

        (PendingCaller<Committed> second, Task<Committed> secondTask) = _lab.Caller();
        Assert.Same(first.Source, second.Source);

        Assert.False(first.Succeed(new Committed(2, 1, default)));
        Assert.True(second.IsPending);
        Assert.False(secondTask.IsCompleted);
    }
}
