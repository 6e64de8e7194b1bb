namespace Raft;

/// <summary>How a message proves that the setup of the cluster is broken.</summary>
internal enum ContradictionKind
{
    /// <summary>Two nodes lead one term.</summary>
    SecondLeader,

    /// <summary>A node that this node does not list sends messages.</summary>
    UnlistedSender,

    /// <summary>A node that this node lists does not list it.</summary>
    NotListed,
}

/// <summary>Messages that prove that the setup of the cluster is broken: one kind of them, about one node.</summary>
internal sealed class Contradiction(ContradictionKind kind, NodeId node)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(2); // the module reports what lasts once a minute

    private readonly RecurringCondition _condition = new(QuietTime);
    private long _term;

    public ContradictionKind Kind { get; } = kind;

    public NodeId Node { get; } = node;

    /// <summary>What is wrong, in a sentence.</summary>
    public string Problem { get; private set; } = string.Empty;

    /// <summary>When it must be checked.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

    /// <summary>Such a message has arrived.</summary>
    public void Report(NodeContext context, string problem, long term = 0)
    {
        (Problem, _term) = (problem, term);
        context.Metrics?.CountContradiction(Kind);
        Log(context, _condition.Occur(context.Now));
    }

    /// <summary>Reports what is due without another message.</summary>
    /// <returns>Whether it has ended: no such message has arrived for a while.</returns>
    public bool Check(NodeContext context)
    {
        Log(context, _condition.Check(context.Now));
        return !_condition.Holds;
    }

    private void Log(NodeContext context, ConditionReport report)
    {
        switch (report)
        {
            case ConditionReport.Begins or ConditionReport.Lasts when Kind == ContradictionKind.SecondLeader:
                context.Logger?.SecondLeader(Problem, _term);
                break;
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.NotListed(Problem);
                break;
            case ConditionReport.Ends:
                context.Logger?.FailureOver($"no longer sees that {Problem}", _condition.Occurrences, "messages");
                break;
        }
    }
}
