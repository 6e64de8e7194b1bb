namespace Raft;

/// <summary>
/// Whether what occupies a resource makes no progress for <see cref="NodeSettings.HangTimeout"/>. Used by the node's worker.
/// </summary>
internal sealed class HangCondition(NodeContext context)
{
    private readonly LastingCondition _reports = new();
    private TimeSpan _since;

    /// <summary>The work that hangs; the same object as long as it is the same work. Null if none does.</summary>
    public HangingWork? Hang { get; private set; }

    /// <summary>Since when the work that hangs has been under way, on the node's clock.</summary>
    public TimeSpan Since => _since;

    /// <summary>When it must be looked at again; <see cref="TimeSpan.MaxValue"/> if it need not.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Looks at the work that has been under way for longest.</summary>
    /// <param name="work">The work; null if there is none.</param>
    /// <param name="since">When it began, or last made progress.</param>
    /// <returns>What to report.</returns>
    public ConditionReport Observe(Work? work, TimeSpan since)
    {
        if (work is not { } current || context.Now < since + context.Settings.HangTimeout)
        {
            Hang = null;
            NextDeadline = work is null ? TimeSpan.MaxValue : since + context.Settings.HangTimeout;
            return _reports.Observe(holds: false, context.Now);
        }

        if (Hang is null || _since != since)
        {
            _since = since;
            Hang = new HangingWork(current.Resource, current.ToString(), context.Settings.Clock.UtcNow - (context.Now - since));
        }

        ConditionReport report = _reports.Observe(holds: true, context.Now);
        NextDeadline = _reports.NextReportAt;
        return report;
    }
}
