using Raft.Consensus;

namespace Raft;

/// <summary>Notices of one kind about one node.</summary>
internal sealed class RepeatedNotice(Type kind, NodeId node)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(2); // nodes that cannot elect a leader send less than once a second

    private readonly RecurringCondition _condition = new(QuietTime);
    private ConsensusNotice? _last;

    public Type Kind { get; } = kind;

    public NodeId Node { get; } = node;

    /// <summary>When it must be checked.</summary>
    public TimeSpan NextDeadline => _condition.NextDeadline;

    /// <summary>There is another one.</summary>
    public void Report(NodeContext context, ConsensusNotice notice)
    {
        _last = notice;
        Log(context, _condition.Occur(context.Now));
    }

    /// <summary>Reports what is due without another one.</summary>
    /// <returns>Whether it is over: there was none for a while.</returns>
    public bool Check(NodeContext context)
    {
        Log(context, _condition.Check(context.Now));
        return !_condition.Holds;
    }

    private void Log(NodeContext context, ConditionReport report)
    {
        if (report is ConditionReport.Begins or ConditionReport.Lasts)
        {
            LogNotice(context, context.Logger);
        }
        else if (report == ConditionReport.Ends)
        {
            LogEnd(context.Logger);
        }
    }

    private void LogNotice(NodeContext context, NodeLogger? logger)
    {
        switch (_last)
        {
            case ForeignIdentityNotice foreign:
                logger?.ForeignIdentity(
                    foreign.Sender, foreign.Origin, foreign.FirstMembers, context.Module.Origin, context.Settings.Members);
                break;
            case StoreReplacedNotice replaced:
                logger?.StoreReplaced(replaced.Member, replaced.Known, replaced.Seen);
                break;
            case DurableDataLostNotice lost:
                logger?.DurableDataLost(lost.Follower, lost.Store, lost.AcknowledgedIndex, lost.LastIndex);
                break;
            case UnsupportedEntryNotice unsupported:
                logger?.UnsupportedEntry(unsupported.Leader, unsupported.Entry.Index, unsupported.Entry.Problem);
                break;
        }
    }

    /// <summary>A store that was replaced and data that was lost are events, and not conditions: nothing of them ends.</summary>
    private void LogEnd(NodeLogger? logger)
    {
        switch (_last)
        {
            case ForeignIdentityNotice:
                logger?.FailureOver(
                    $"no longer receives messages of {Node}, which was set up differently", _condition.Occurrences, "messages");
                break;
            case UnsupportedEntryNotice unsupported:
                logger?.FailureOver(
                    $"is no longer sent entry {unsupported.Entry.Index} by {Node}, which it cannot append",
                    _condition.Occurrences,
                    "messages");
                break;
        }
    }
}
