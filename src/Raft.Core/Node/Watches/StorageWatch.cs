namespace Raft;

/// <summary>Detects work of <see cref="StorageWork"/> that makes no progress.</summary>
internal sealed class StorageWatch(NodeContext context, StorageWork storage)
{
    private readonly HangCondition _condition = new(context);
    private HangingResource _reported;

    /// <summary>What hangs, and since when.</summary>
    public HangCondition Condition => _condition;

    /// <summary>When the worker must check again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline => _condition.Hang is null && storage.Oldest is { } work
        ? work.Since + context.Settings.HangTimeout // it may have begun since the last check
        : _condition.NextDeadline;

    /// <summary>Checks the work. Called in each pass.</summary>
    public void Check()
    {
        (Work Work, TimeSpan Since)? oldest = storage.Oldest;
        bool hung = _condition.Hang is not null;
        Report(_condition.Observe(oldest?.Work, oldest?.Since ?? default));
        bool hangs = _condition.Hang is not null;
        if (hangs != hung)
        {
            storage.WakeAtEnd(hangs);
            if (hangs && storage.Oldest?.Since != oldest?.Since)
            {
                context.Wake(); // it ended before that was set
            }
        }
    }

    private void Report(ConditionReport report)
    {
        switch (report)
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                HangingWork hang = _condition.Hang!;
                _reported = hang.Resource;
                context.Logger?.StorageHangs(HangingWork.Name(hang.Resource), hang.Work, context.Now - _condition.Since);
                break;
            case ConditionReport.Ends:
                context.Logger?.StorageRecovered(HangingWork.Name(_reported));
                break;
        }
    }
}
