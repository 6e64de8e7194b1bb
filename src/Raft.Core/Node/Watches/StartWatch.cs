namespace Raft;

/// <summary>
/// Detects a store that does not open, or a transport that does not start. The worker runs no passes until the stores are read, so this has
/// a timer of its own, which wakes the worker to look.
/// </summary>
internal sealed class StartWatch : IDisposable
{
    private readonly NodeContext _context;
    private readonly HangCondition _condition;
    private readonly IClockTimer _timer;
    private volatile Step? _step;
    private volatile bool _isReported;
    private HangingResource _reported;

    public StartWatch(NodeContext context)
    {
        _context = context;
        _condition = new HangCondition(context);
        _timer = context.Settings.Clock.CreateTimer(context.Wake);
    }

    /// <summary>What hangs; null if nothing does. Used by the worker.</summary>
    public HangingWork? Hang => _condition.Hang;

    /// <summary>A step of the start begins, and the one before it has ended. Called on any thread.</summary>
    public void Begin(in Work work)
    {
        TimeSpan now = _context.Settings.Clock.Now;
        _step = new Step(work, now);
        _timer.Set(now + _context.Settings.HangTimeout);
        WakeIfReported();
    }

    /// <summary>All steps have ended. Called on any thread.</summary>
    public void End()
    {
        _step = null;
        _timer.Clear();
        WakeIfReported();
    }

    /// <summary>Looks at the step that is under way. Called by the worker, in each pass and when it runs before the first.</summary>
    public void Check()
    {
        Step? step = _step;
        switch (_condition.Observe(step?.Work, step?.Since ?? default))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                HangingWork hang = _condition.Hang!;
                _reported = hang.Resource;
                _context.Logger?.StartHangs(HangingWork.Name(hang.Resource), hang.Work, _context.Now - _condition.Since);
                break;
            case ConditionReport.Ends:
                _context.Logger?.StartProceeds(HangingWork.Name(_reported));
                break;
        }

        _isReported = _condition.Hang is not null;
        if (_isReported && _step != step)
        {
            _context.Wake(); // it ended before that was set
        }
        else if (step is not null)
        {
            SetTimer();
        }
    }

    /// <summary>
    /// For the next report, or for the step that is under way, which may be another one by now: it has set the timer for itself, before or
    /// after this does. Also if nothing is reported, since the timer may still be set for the report of the step before it.
    /// </summary>
    private void SetTimer()
    {
        Step? step;
        do
        {
            step = _step;
            TimeSpan hangs = step is null ? TimeSpan.MaxValue : step.Since + _context.Settings.HangTimeout;
            _timer.Set(hangs > _context.Now && hangs < _condition.NextDeadline ? hangs : _condition.NextDeadline);
        }
        while (_step != step);
    }

    public void Dispose() => _timer.Dispose();

    private void WakeIfReported()
    {
        if (_isReported)
        {
            _context.Wake();
        }
    }

    private sealed record Step(Work Work, TimeSpan Since);
}
