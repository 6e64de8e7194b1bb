namespace Raft.Tests.Node;

/// <summary>Actions run on the worker, and waits end with their condition, their time or the life.</summary>
public sealed class WorkerCallsTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly WorkerCalls _calls;

    public WorkerCallsTests() => _calls = new WorkerCalls(_lab.Context);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void ExecuteAsync_UntilTheWorkerRuns_Waits()
    {
        bool ran = false;
        Task<bool> call = _calls.ExecuteAsync(() => ran = true).AsTask();
        _lab.Scheduler.RunUntilIdle();
        Assert.False(ran);
        Assert.Equal(1, _lab.Wakes);

        _lab.Pass();

        Assert.True(ran);
        AssertAnswered(call, true);
    }

    [Fact]
    public void ExecuteAsync_AfterTheEnd_DoesNotRun()
    {
        _lab.Context.Mailbox.Close();

        Task<bool> call = _calls.ExecuteAsync(static () => throw new InvalidOperationException("The life has ended.")).AsTask();
        _lab.Scheduler.RunUntilIdle();

        AssertAnswered(call, false);
    }

    [Fact]
    public void ExecuteAsync_RefusedByTheEnd_DoesNotRun()
    {
        Task<bool> call = _calls.ExecuteAsync(static () => throw new InvalidOperationException("The life has ended.")).AsTask();

        Assert.Single(_lab.Context.Mailbox.Drain().Requests).Refuse(new NodeStoppedException("stopped"));
        _lab.Scheduler.RunUntilIdle();

        AssertAnswered(call, false);
    }

    [Fact]
    public void WaitUntilAsync_ConditionBecomesTrue_Ends()
    {
        bool isMet = false;
        Task wait = WaitUntil(() => isMet, TimeSpan.FromSeconds(5));
        Check();
        Assert.False(wait.IsCompleted);
        Assert.Equal(TimeSpan.FromSeconds(5), _calls.NextDeadline);

        isMet = true;
        Check();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(0, _calls.WaitingConditions);
        Assert.Equal(TimeSpan.MaxValue, _calls.NextDeadline);
    }

    [Fact]
    public void WaitUntilAsync_Timeout_EndsWithoutTheCondition()
    {
        Task wait = WaitUntil(static () => false, TimeSpan.FromSeconds(5));
        _lab.Advance(TimeSpan.FromSeconds(5));

        Check();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(0, _calls.WaitingConditions);
    }

    [Fact]
    public void NextDeadline_OfSeveralWaits_IsTheEarliest()
    {
        _ = WaitUntil(static () => false, TimeSpan.FromSeconds(9));
        _ = WaitUntil(static () => false, TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(5), _calls.NextDeadline);
    }

    [Fact]
    public void End_AnswersAllWaits()
    {
        Task first = WaitUntil(static () => false, TimeSpan.MaxValue);
        Task second = WaitUntil(static () => false, TimeSpan.MaxValue);

        _calls.End();
        _lab.Resume();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal(0, _calls.WaitingConditions);
    }

    [Fact]
    public void WaitUntilAsync_AfterTheEnd_EndsAtOnce()
    {
        _lab.Context.Mailbox.Close();

        Task wait = _calls.WaitUntilAsync(static () => false, TimeSpan.MaxValue).AsTask();
        _lab.Scheduler.RunUntilIdle();

        Assert.True(wait.IsCompletedSuccessfully);
    }

    private static void AssertAnswered(Task<bool> call, bool expected)
    {
        Assert.True(call.IsCompletedSuccessfully);
        Assert.Equal(expected, call.GetAwaiter().GetResult());
    }

    private Task WaitUntil(Func<bool> condition, TimeSpan dueAt)
    {
        Task wait = _calls.WaitUntilAsync(condition, dueAt).AsTask();
        _lab.Pass();
        return wait;
    }

    private void Check()
    {
        _calls.CheckConditions();
        _lab.Resume();
    }
}
