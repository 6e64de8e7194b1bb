using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft;

/// <summary>Loggers for transports and stores. A node must not wait for a logging provider, and so must not they.</summary>
public static class RaftLoggers
{
    /// <summary>
    /// Creates a logger whose calls return at once. The providers are called on another thread, one message at a time and in order. An
    /// exception of a provider is ignored. While a provider blocks, up to 1,024 messages wait. More are lost, and their number is logged
    /// when the provider continues. Scopes are ignored.
    /// </summary>
    /// <param name="loggerFactory">Creates the logger that writes the messages. Null: nothing is logged.</param>
    /// <param name="category">The category. Default: <see cref="RaftDiagnostics.LogCategory"/>.</param>
    /// <param name="scheduler">Runs the writing. Null: <see cref="PoolScheduler.Shared"/>.</param>
    /// <returns>The logger. Safe to use from any thread.</returns>
    public static ILogger Create(
        ILoggerFactory? loggerFactory, string category = RaftDiagnostics.LogCategory, IScheduler? scheduler = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        return loggerFactory is null
            ? NullLogger.Instance
            : DetachedLoggers.Of(loggerFactory).Create(category, scheduler ?? PoolScheduler.Shared);
    }
}
