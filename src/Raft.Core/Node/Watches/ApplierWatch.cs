namespace Raft;

/// <summary>
/// Detects a state machine that does the same thing for a very long time: applying a batch, answering a read, capturing or restoring its
/// state. Only results and reads wait for it, but no vote and no heartbeat, so nothing else would show it.
/// </summary>
internal sealed class ApplierWatch(NodeContext context, Applier applier)
{
    private readonly HangCondition _condition = new(context);
    private TimeSpan _looksAgainAt = TimeSpan.MaxValue;
    private volatile bool _hangs;

    /// <summary>Whether the state machine hangs. Read on any thread.</summary>
    public bool Hangs => _hangs;

    /// <summary>What hangs, and since when. Used by the worker.</summary>
    public HangCondition Condition => _condition;

    /// <summary>When the worker must check again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline < _looksAgainAt ? _condition.NextDeadline : _looksAgainAt;

    /// <summary>Checks the state machine. Called in each pass.</summary>
    public void Check()
    {
        (Work Work, TimeSpan Since)? current = applier.CurrentWork;
        Report(_condition.Observe(current?.Work, current?.Since ?? default));
        _hangs = _condition.Hang is not null;
        applier.WakesAtProgress = _hangs;
        if (_hangs)
        {
            applier.ResumeAnswered();
            if (applier.CurrentWork?.Since != current?.Since)
            {
                // It ended after the check above and before the mark was set, so it did not wake the worker, and the mark would stay.
                context.Wake();
            }
        }

        Patrol(isIdle: applier.IsIdle);
    }

    /// <summary>Work was posted to the state machine: checks again when it should long be done, or sooner if that was planned.</summary>
    public void OnPosted()
    {
        TimeSpan limit = context.Now + context.Settings.HangTimeout;
        _looksAgainAt = limit < _looksAgainAt ? limit : _looksAgainAt;
    }

    /// <summary>
    /// Work that is about to begin does not report when it does, and a read is posted without the worker: the first one wakes it, and it
    /// then looks again after a while, whatever is posted until then.
    /// </summary>
    private void Patrol(bool isIdle)
    {
        if (context.Now >= _looksAgainAt)
        {
            _looksAgainAt = TimeSpan.MaxValue;
            isIdle = applier.EndWatch(); // again: what was posted meanwhile has woken nobody
        }
        else if (isIdle && !applier.IsWatched)
        {
            _looksAgainAt = TimeSpan.MaxValue;
        }

        if (!isIdle || applier.IsWatched)
        {
            OnPosted();
        }
    }

    private void Report(ConditionReport report)
    {
        switch (report)
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.ApplyHangs(_condition.Hang!.Work, context.Now - _condition.Since);
                break;
            case ConditionReport.Ends:
                context.Logger?.ApplyRecovered();
                break;
        }
    }
}
