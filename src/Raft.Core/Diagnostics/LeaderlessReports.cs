namespace Raft;

/// <summary>
/// Reports that the node knows no leader. A healthy cluster elects one within a timeout or two, so only what takes longer is reported.
/// </summary>
internal sealed class LeaderlessReports(NodeContext context)
{
    private readonly LastingCondition _condition = new();
    private TimeSpan? _since;

    /// <summary>When the worker must run for the next report.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Called in each pass.</summary>
    public void Observe(in PublishedStatus status)
    {
        TimeSpan since = _since ?? context.Now;
        TimeSpan limit = since + context.Settings.LeaderlessTimeout;
        bool isLeaderless = status.Leader is null;
        switch (_condition.Observe(isLeaderless && context.Now >= limit, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.Leaderless(context.Now - since, StatusExplanation.Of(in status));
                break;
            case ConditionReport.Ends:
                context.Logger?.FailureOver("knows a leader again", (long)(context.Now - since).TotalSeconds, "seconds without one");
                break;
        }

        _since = isLeaderless ? since : null;
        NextDeadline = !isLeaderless ? TimeSpan.MaxValue : _condition.Holds ? _condition.NextReportAt : limit;
    }
}
