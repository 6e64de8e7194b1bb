namespace Raft;

/// <summary>
/// Detects a state machine that works on the same batch for a very long time. Only results and reads wait for it, but no vote and no
/// heartbeat, so nothing else would show it. A leader does not step down for it: another node need not be better off.
/// </summary>
internal sealed class ApplierWatch(NodeContext context, Applier applier)
{
    private volatile bool _hangs;

    /// <summary>
    /// Whether the state machine has been working on the same batch for longer than <see cref="NodeSettings.HangTimeout"/>. Read on any
    /// thread.
    /// </summary>
    public bool Hangs => _hangs;

    /// <summary>When the worker must check again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Checks the state machine. Called in each pass.</summary>
    public void Check()
    {
        bool hangs = false;
        NextDeadline = TimeSpan.MaxValue;
        if (applier.CurrentWork is { } work)
        {
            hangs = CheckWork(work.FirstIndex, work.LastIndex, work.Since);
        }
        else if (!applier.IsIdle)
        {
            OnPosted(); // it is about to begin, and does not report when it does
        }

        if (_hangs && !hangs)
        {
            context.Logger?.ApplyRecovered();
        }

        _hangs = hangs;
        if (hangs && applier.CurrentWork is null)
        {
            // It finished after the check above and before the mark was set, so it did not wake the worker, and the mark would stay.
            context.Wake();
        }
    }

    /// <summary>Work was posted to the state machine: checks again when it should long be done, or sooner if that was planned.</summary>
    public void OnPosted()
    {
        TimeSpan limit = context.Now + context.Settings.HangTimeout;
        NextDeadline = limit < NextDeadline ? limit : NextDeadline;
    }

    private bool CheckWork(long firstIndex, long lastIndex, TimeSpan since)
    {
        TimeSpan limit = since + context.Settings.HangTimeout;
        if (context.Now < limit)
        {
            NextDeadline = limit;
            return false;
        }

        if (!_hangs)
        {
            context.Logger?.ApplyHangs(firstIndex, lastIndex, context.Now - since);
        }

        return true;
    }
}
