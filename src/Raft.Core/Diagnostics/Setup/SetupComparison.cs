namespace Raft;

/// <summary>The comparison of a member's options with this node's, from the first message that shows a difference to the last.</summary>
internal sealed class SetupComparison(NodeId member)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(5); // the module asks a silent member for three minutes

    private readonly RecurringCondition _condition = new(QuietTime);
    private int _requests;
    private bool _hasValues;

    public NodeId Member { get; } = member;

    /// <summary>What differs; null while the member has not sent its values.</summary>
    public string? Problem { get; private set; }

    /// <summary>When it must be checked.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

    /// <summary>
    /// Its messages show a difference. The module asks for the values each time; a member that does not send them is reported as well.
    /// </summary>
    public void OnDiffers(NodeContext context)
    {
        if (++_requests >= 2 && !_hasValues)
        {
            Report(context, $"some options differ from those of {Member}, which does not send its values");
        }
    }

    public void OnValues(NodeContext context, IReadOnlyList<SetupValue> values)
    {
        _hasValues = true;
        Report(context, SetupConsequences.Describe(Member, context.Settings.Consensus.Setup, values));
    }

    public void OnAgrees(NodeContext context)
    {
        if (_condition.End(context.Now) == ConditionReport.Ends)
        {
            context.Logger?.OptionsAgree(Member);
        }
    }

    /// <summary>Reports what is due without another message.</summary>
    /// <returns>Whether the member has not shown for so long that its options differ that it may be gone.</returns>
    public bool Check(NodeContext context)
    {
        Log(context, _condition.Check(context.Now));
        return Problem is not null && !_condition.Holds;
    }

    private void Report(NodeContext context, string problem)
    {
        Problem = problem;
        Log(context, _condition.Occur(context.Now));
    }

    private void Log(NodeContext context, ConditionReport report)
    {
        switch (report)
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.OptionsDiffer(Member, Problem!);
                break;
            case ConditionReport.Ends:
                context.Logger?.FailureOver(
                    $"no longer receives the options of {Member}, which differed", _condition.Occurrences, "messages");
                break;
        }
    }
}
