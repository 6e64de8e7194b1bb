using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft;

/// <summary>The log of hosting: what concerns the nodes in their host, rather than a node itself. A host has one.</summary>
internal sealed class HostLog
{
    /// <summary>
    /// How long the end of a host waits for the last messages, of all its nodes together: a provider that blocks must not use up its time.
    /// </summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(1);

    private readonly ILogger _direct;
    private readonly DetachedLogger _detached;
    private readonly DetachedLoggers _ofPorts;
    private readonly IClock _clock;
    private readonly Lock _lock = new();
    private TimeSpan _wastedTime; // in waits for a provider that blocks

    public HostLog(IServiceProvider provider, HostClock clock)
    {
        ILoggerFactory loggers = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _direct = loggers.CreateLogger(RaftDiagnostics.HostingLogCategory);
        _ofPorts = DetachedLoggers.Of(loggers);
        _detached = new DetachedLogger(_direct, PoolScheduler.Shared);
        _clock = clock.Clock;
    }

    /// <summary>Writes messages later, on another thread.</summary>
    public ILogger Logger => _detached;

    /// <summary>
    /// Writes a message now, for what is checked before the host starts: if it is refused then, nothing waits for messages that are
    /// written later. A provider that throws must not hide the reason.
    /// </summary>
    public void WriteNow(Action<ILogger> write)
    {
        try
        {
            write(_direct);
        }
        // The failure cannot be reported: the log is what failed.
        catch (Exception)
        {
            // the next message is tried again
        }
    }

    /// <summary>
    /// Waits until the last messages are written, but not for long: the host disposes its logging next. The host's own limit does not
    /// shorten the wait, since a stop that is late is what should be logged.
    /// </summary>
    /// <param name="node">The node that has ended, and its store and transport with it; null if it was not created.</param>
    public async ValueTask FlushAsync(RaftNode? node)
    {
        TimeSpan start = _clock.Now;
        using TimeLimit limit = new(_clock, TimeLeft(), CancellationToken.None);
        try
        {
            if (node is not null)
            {
                await node.WaitUntilLoggedAsync(limit.Token).ConfigureAwait(false);
            }

            await _ofPorts.WaitUntilWrittenAsync(limit.Token).ConfigureAwait(false);
            await _detached.WaitUntilWrittenAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Token.IsCancellationRequested)
        {
            // a provider blocks; the messages that it has not taken may be lost
            Waste(_clock.Now - start);
        }
    }

    private TimeSpan TimeLeft()
    {
        lock (_lock)
        {
            return FlushLimit - _wastedTime;
        }
    }

    private void Waste(TimeSpan duration)
    {
        lock (_lock)
        {
            _wastedTime += duration;
        }
    }
}
