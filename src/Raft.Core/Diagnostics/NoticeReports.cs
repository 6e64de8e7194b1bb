using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reports what the module notices about other nodes: in the log when it begins, and then at most once a minute; in a counter each
/// time.
/// </summary>
internal sealed class NoticeReports(NodeContext context, SetupReports setup)
{
    // One for each node that something was noticed about. It never ends, since nothing says that it has.
    private readonly List<(Type Kind, NodeId Node, LastingCondition Condition)> _reports = [];

    /// <summary>The members that have lost entries that they had acknowledged as durable, since this node's start.</summary>
    public NodeSet LostData { get; private set; } = NodeSet.Empty;

    /// <summary>Reports the notices of a batch.</summary>
    public void Report(ReadOnlySpan<ConsensusNotice> notices)
    {
        foreach (ConsensusNotice notice in notices)
        {
            switch (notice)
            {
                case ForeignIdentityNotice foreign when IsDue(foreign, foreign.Sender):
                    context.Logger?.ForeignIdentity(
                        foreign.Sender, foreign.Origin, foreign.FirstMembers, context.Module.Origin, context.Settings.Members);
                    break;
                case StoreReplacedNotice replaced when IsDue(replaced, replaced.Member):
                    context.Logger?.StoreReplaced(replaced.Member, replaced.Known, replaced.Seen);
                    break;
                case DurableDataLostNotice lost:
                    Add(lost.Follower);
                    context.Metrics?.CountLostData(lost.Follower);
                    if (IsDue(lost, lost.Follower))
                    {
                        context.Logger?.DurableDataLost(lost.Follower, lost.Store, lost.AcknowledgedIndex, lost.LastIndex);
                    }

                    break;
                case UnsupportedEntryNotice unsupported when IsDue(unsupported, unsupported.Leader):
                    context.Logger?.UnsupportedEntry(unsupported.Leader, unsupported.Entry.Index, unsupported.Entry.Problem);
                    break;
                default:
                    setup.Report(notice);
                    break;
            }
        }
    }

    private void Add(NodeId node)
    {
        if (!LostData.Contains(node))
        {
            LostData = new NodeSet([.. LostData.Append(node).Order()]);
        }
    }

    private bool IsFirst(ConsensusNotice notice, NodeId node) => ReportOf(notice, node) == ConditionReport.Begins;

    private bool IsDue(ConsensusNotice notice, NodeId node) => ReportOf(notice, node) != ConditionReport.None;

    private ConditionReport ReportOf(ConsensusNotice notice, NodeId node)
    {
        int position = _reports.FindIndex(report => report.Kind == notice.GetType() && report.Node == node);
        if (position < 0)
        {
            position = _reports.Count;
            _reports.Add((notice.GetType(), node, new LastingCondition()));
        }

        return _reports[position].Condition.Occur(context.Now);
    }
}
