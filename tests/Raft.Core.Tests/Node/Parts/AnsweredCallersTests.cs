namespace Raft.Tests.Node;

/// <summary>The callers that a pass has answered are resumed together at its end.</summary>
public sealed class AnsweredCallersTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly AnsweredCallers _answers;

    public AnsweredCallersTests() => _answers = new AnsweredCallers(_lab.Sources.Resumes);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Succeed_BeforeResume_ResumesNoCaller()
    {
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.Caller();

        _answers.Succeed(caller, new Committed(3, 1, default));
        _lab.Scheduler.RunUntilIdle();
        Assert.False(task.IsCompleted);

        _answers.Resume();
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal(3, PartsLab.IndexOf(task));
    }

    [Fact]
    public void Resume_OfSeveral_ResumesEachWithItsAnswer()
    {
        (PendingCaller<Committed> first, Task<Committed> firstTask) = _lab.Caller();
        (PendingCaller<Committed> second, Task<Committed> secondTask) = _lab.Caller();

        _answers.Succeed(first, new Committed(3, 1, default));
        _answers.Fail(second, new NodeStoppedException("stopped"));
        _answers.Resume();
        _lab.Scheduler.RunUntilIdle();

        Assert.True(firstTask.IsCompletedSuccessfully);
        Assert.IsType<NodeStoppedException>(secondTask.Exception?.InnerException);
    }

    [Fact]
    public void Succeed_ACallerThatHasCancelled_LeavesItCancelled()
    {
        using CancellationTokenSource cancellation = new();
        (PendingCaller<Committed> caller, Task<Committed> task) = _lab.CallerThatCancels(cancellation.Token);
        cancellation.Cancel();

        _answers.Succeed(caller, new Committed(3, 1, default));
        _answers.Resume();
        _lab.Scheduler.RunUntilIdle();

        Assert.True(task.IsCanceled);
        Assert.Equal(0, _lab.Sources.Live.Value);
    }

    [Fact]
    public void Resume_WithoutAnswers_SchedulesNothing()
    {
        _answers.Resume();

        Assert.Equal(0, _lab.Scheduler.Waiting);
    }

    [Fact]
    public void Batch_AfterResume_IsANewOne()
    {
        ResumeBatch first = _answers.Batch;
        Assert.Same(first, _answers.Batch);
        _answers.Succeed(_lab.Caller().Caller, new Committed(3, 1, default));

        _answers.Resume();

        Assert.NotSame(first, _answers.Batch); // the first one belongs to the scheduler now
    }
}
