using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>A logger whose calls return at once: the providers are called later, on another thread (see <see cref="LogQueue"/>).</summary>
internal sealed partial class DetachedLogger : ILogger
{
    private readonly ILogger _inner;
    private readonly LogQueue _queue;

    public DetachedLogger(ILogger inner, IScheduler scheduler)
    {
        _inner = inner;
        _queue = new LogQueue(scheduler, new CompletionSourcePool<bool>(scheduler, new LiveCount()), LogMessagesLost);
    }

    /// <summary>Waits until all that was logged so far is written.</summary>
    public ValueTask WaitUntilWrittenAsync(CancellationToken cancellationToken) => _queue.WaitUntilWrittenAsync(cancellationToken);

    /// <summary>Nothing: messages are written when the scope is over.</summary>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <summary>True except for <see cref="LogLevel.None"/>: asking the providers here could block as well.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _queue.Write(() => _inner.Log(logLevel, eventId, state, exception, formatter));

    private void LogMessagesLost(long count) => LogLost(_inner, count);

    [LoggerMessage(
        205, LogLevel.Warning, "{Count} log messages were lost: a logging provider took none for long", EventName = "LogMessagesLost")]
    private static partial void LogLost(ILogger logger, long count);
}
