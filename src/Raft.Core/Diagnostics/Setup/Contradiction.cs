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
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2); // the module reports what lasts once a minute

    private readonly LastingCondition _condition = new();
    private TimeSpan _lastAt;

    public ContradictionKind Kind { get; } = kind;

    public NodeId Node { get; } = node;

    /// <summary>What is wrong, in a sentence.</summary>
    public string? Problem { get; private set; }

    /// <summary>Such a message has arrived.</summary>
    public void Report(NodeContext context, string problem, long term = 0)
    {
        Problem = problem;
        _lastAt = context.Now;
        context.Metrics?.CountContradiction(Kind);
        if (_condition.Occur(context.Now) == ConditionReport.None)
        {
            return;
        }

        if (Kind == ContradictionKind.SecondLeader)
        {
            context.Logger?.SecondLeader(problem, term);
        }
        else
        {
            context.Logger?.NotListed(problem);
        }
    }

    /// <summary>Whether nothing of it was noticed for a while.</summary>
    public bool HasEnded(TimeSpan now) => now - _lastAt > Memory;
}
