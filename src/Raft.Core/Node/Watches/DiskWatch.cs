namespace Raft;

/// <summary>
/// Detects a log store that does not finish its writes. That delays no vote request and no heartbeat, so nothing else would show it.
/// </summary>
internal sealed class DiskWatch(NodeContext context)
{
    private readonly HangCondition _condition = new(context);
    private TimeSpan _busySince;

    /// <summary>What hangs, and since when.</summary>
    public HangCondition Condition => _condition;

    /// <summary>Whether no write has finished for longer than <see cref="NodeSettings.HangTimeout"/>.</summary>
    public bool Hangs => _condition.Hang is not null;

    /// <summary>When the worker must check again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

    /// <summary>A write was handed to the store while no other was under way.</summary>
    public void OnFirstWrite() => _busySince = context.Now;

    /// <summary>Checks the store. Called in each pass.</summary>
    /// <param name="completedWrites">How many writes have completed since the last check.</param>
    /// <param name="writesInFlight">How many are under way.</param>
    public void Check(int completedWrites, int writesInFlight)
    {
        if (completedWrites > 0)
        {
            _busySince = context.Now;
        }

        Work? work = writesInFlight > 0 ? new Work(WorkKind.LogWrite) : null;
        switch (_condition.Observe(work, _busySince))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.DiskHangs(writesInFlight, context.Now - _busySince);
                break;
            case ConditionReport.Ends:
                context.Logger?.DiskRecovered();
                break;
        }
    }
}
