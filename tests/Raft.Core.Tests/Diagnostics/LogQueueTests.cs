using Microsoft.Extensions.Logging;
using Raft.Testing;
using Raft.Tests.Node;

namespace Raft.Core.Tests.Diagnostics;

/// <summary>Log messages are written by another work item, in order, and never hold up the code that reports them.</summary>
public sealed class LogQueueTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly List<string> _written = [];
    private readonly LogQueue _queue;

    public LogQueueTests() => _queue = new LogQueue(
        _scheduler, new CompletionSourcePool<bool>(_scheduler, new LiveCount()), lost => _written.Add($"{lost} lost"));

    [Fact]
    public void Write_RunsNothingWithinTheCall()
    {
        _queue.Write(() => _written.Add("a"));
        _queue.Write(() => _written.Add("b"));
        Assert.Empty(_written);

        _scheduler.RunUntilIdle();

        Assert.Equal(["a", "b"], _written);
    }

    [Fact]
    public void Message_ThatThrows_DoesNotStopTheNext()
    {
        _queue.Write(() => throw new InvalidOperationException("The log server is away."));
        _queue.Write(() => _written.Add("b"));

        _scheduler.RunUntilIdle();

        Assert.Equal(["b"], _written);
    }

    [Fact]
    public void Messages_BeyondTheLimit_AreLostAndCounted()
    {
        for (int number = 0; number < LogQueue.Limit + 3; number++)
        {
            _queue.Write(() => _written.Add("message"));
        }

        _scheduler.RunUntilIdle();

        Assert.Equal(LogQueue.Limit + 1, _written.Count);
        Assert.Equal("3 lost", _written[^1]);
        _queue.Write(() => _written.Add("later"));
        _scheduler.RunUntilIdle();
        Assert.Equal("later", _written[^1]);
    }

    [Fact]
    public void WaitUntilWritten_WithMessagesWaiting_EndsWhenTheyAreWritten()
    {
        _queue.Write(() => _written.Add("a"));
        Task wait = _queue.WaitUntilWrittenAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(wait.IsCompleted);

        _scheduler.RunUntilIdle();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.True(_queue.WaitUntilWrittenAsync(TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void WaitUntilWritten_IsNotProlongedByLaterMessages()
    {
        LogQueue queue = new(_scheduler, new CompletionSourcePool<bool>(new AtOnce(), new LiveCount()), static _ => { });
        queue.Write(() => _written.Add("a"));
        Task wait = NoteTheEndOfTheWaitAsync(queue);
        queue.Write(() => _written.Add("later"));

        _scheduler.RunUntilIdle();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(["a", "the wait ends", "later"], _written);
    }

    [Fact]
    public void WaitUntilWritten_WithLostMessages_EndsAfterTheirReport()
    {
        for (int number = 0; number < LogQueue.Limit + 3; number++)
        {
            _queue.Write(() => _written.Add("message"));
        }

        Task wait = _queue.WaitUntilWrittenAsync(TestContext.Current.CancellationToken).AsTask();
        _scheduler.RunUntilIdle();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal("3 lost", _written[^1]);
    }

    [Fact]
    public void LoggersForPorts_AreWaitedForTogether()
    {
        using RecordingLoggerFactory loggers = new();
        ILogger[] ofPorts = [RaftLoggers.Create(loggers, "a", _scheduler), RaftLoggers.Create(loggers, "b", _scheduler)];
        foreach (ILogger logger in ofPorts)
        {
            logger.Log(LogLevel.Warning, new EventId(305), "n2", exception: null, static (node, _) => node);
        }

        Task wait = DetachedLoggers.Of(loggers).WaitUntilWrittenAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(wait.IsCompleted);
        _scheduler.RunUntilIdle();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(2, loggers.All.Count);
        GC.KeepAlive(ofPorts);
    }

    [Fact]
    public void LoggerForPorts_CallsTheProviderOnlyLater()
    {
        using RecordingLoggerFactory loggers = new();
        ILogger logger = RaftLoggers.Create(loggers, scheduler: _scheduler);

        logger.Log(LogLevel.Warning, new EventId(404), "n2", exception: null, static (node, _) => $"{node} is away");
        Assert.Empty(loggers.Ids);

        _scheduler.RunUntilIdle();
        Assert.Equal([404], loggers.Ids);
        Assert.Equal("n2 is away", Assert.Single(loggers.All).Message);
    }

    [Fact]
    public void LoggerForPorts_WithoutAFactory_SchedulesNothing()
    {
        ILogger logger = RaftLoggers.Create(loggerFactory: null, scheduler: _scheduler);

        logger.Log(LogLevel.Warning, new EventId(404), "n2", exception: null, static (node, _) => node);

        Assert.Equal(0, _scheduler.Waiting);
    }

    private async Task NoteTheEndOfTheWaitAsync(LogQueue queue)
    {
        await queue.WaitUntilWrittenAsync(CancellationToken.None).ConfigureAwait(false);
        _written.Add("the wait ends");
    }

    /// <summary>Resumes waiters within the call.</summary>
    private sealed class AtOnce : IScheduler
    {
        public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => item.Execute();

        public IBlockingScheduler CreateBlocking(string name) => throw new NotSupportedException();
    }
}
