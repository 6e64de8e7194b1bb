using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>
/// The loggers that stores and transports write to through one factory, so that a host can wait for their last messages before it disposes
/// the factory. Safe to use from any thread.
/// </summary>
internal sealed class DetachedLoggers(ILoggerFactory factory)
{
    private static readonly ConditionalWeakTable<ILoggerFactory, DetachedLoggers> OfFactories = [];

    private readonly Lock _lock = new();
    private readonly List<WeakReference<DetachedLogger>> _loggers = []; // weak, since stores and transports come and go

    /// <summary>Those of a factory. They live as long as the factory.</summary>
    public static DetachedLoggers Of(ILoggerFactory factory) => OfFactories.GetValue(factory, static key => new DetachedLoggers(key));

    public DetachedLogger Create(string category, IScheduler scheduler)
    {
        DetachedLogger logger = new(factory.CreateLogger(category), scheduler);
        lock (_lock)
        {
            _loggers.RemoveAll(static reference => !reference.TryGetTarget(out _));
            _loggers.Add(new WeakReference<DetachedLogger>(logger));
        }

        return logger;
    }

    /// <summary>Waits until all that was logged so far is written.</summary>
    public async ValueTask WaitUntilWrittenAsync(CancellationToken cancellationToken)
    {
        foreach (DetachedLogger logger in Living())
        {
            await logger.WaitUntilWrittenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private List<DetachedLogger> Living()
    {
        List<DetachedLogger> living = [];
        lock (_lock)
        {
            foreach (WeakReference<DetachedLogger> reference in _loggers)
            {
                if (reference.TryGetTarget(out DetachedLogger? logger))
                {
                    living.Add(logger);
                }
            }
        }

        return living;
    }
}
