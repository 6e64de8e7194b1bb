namespace Raft;

/// <summary>
/// Writes log messages away from the code that reports them: logging providers are users' code, which may block. The messages are written
/// one at a time, in the order in which they were reported. All members are safe to use from any thread.
/// </summary>
/// <param name="scheduler">Runs the writing.</param>
/// <param name="signals">Makes the waits for it.</param>
/// <param name="reportLost">Writes how many messages were lost, because more than the limit waited.</param>
internal sealed class LogQueue(IScheduler scheduler, CompletionSourcePool<bool> signals, Action<long> reportLost) : IThreadPoolWorkItem
{
    /// <summary>How many messages wait at most. What is reported is as rare as elections and failures, so this lasts for long.</summary>
    internal const int Limit = 1_024;

    private readonly Lock _lock = new();
    private readonly Queue<Action> _waiting = new();
    private bool _writing;
    private long _lost;

    /// <summary>Writes a message soon. If too many wait, because a provider blocks, it is lost, and counted.</summary>
    public void Write(Action write)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Limit)
            {
                _lost++;
                return;
            }

            _waiting.Enqueue(write);
            if (_writing)
            {
                return;
            }

            _writing = true;
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    /// <summary>
    /// Waits until all that was reported so far is written, which a provider may delay for as long as it likes. What is reported later does
    /// not prolong the wait.
    /// </summary>
    public ValueTask WaitUntilWrittenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_writing)
            {
                return ValueTask.CompletedTask;
            }

            if (TakeReportOfLost() is { } report)
            {
                _waiting.Enqueue(report);
            }

            CompletionSource<bool> source = signals.Rent(cancellationToken);
            PendingCaller<bool> caller = source.Caller;
            _waiting.Enqueue(() => caller.Succeed(true));
            return source.UntypedTask;
        }
    }

    public void Execute()
    {
        while (TakeNext() is { } write)
        {
            try
            {
                write();
            }
            // A provider that throws must stop neither the node nor the process, and the log is the only place to report it.
            catch (Exception)
            {
                // the message is lost; the next one may succeed
            }
        }
    }

    private Action? TakeNext()
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out Action? write))
            {
                return write;
            }

            Action? report = TakeReportOfLost();
            _writing = report is not null;
            return report;
        }
    }

    /// <summary>Called under the lock.</summary>
    private Action? TakeReportOfLost()
    {
        if (_lost == 0)
        {
            return null;
        }

        long lost = _lost;
        _lost = 0;
        return () => reportLost(lost);
    }
}
