using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reports what the module notices about other nodes: in the log when it begins, at most once a minute while it lasts, and when it is
/// over; in a counter each time.
/// </summary>
internal sealed class NoticeReports(NodeContext context, SetupReports setup)
{
    private readonly List<RepeatedNotice> _reports = []; // one for each kind and node, until it was quiet for a while

    /// <summary>The members that have lost entries that they had acknowledged as durable, since this node's start.</summary>
    public NodeSet LostData { get; private set; } = NodeSet.Empty;

    /// <summary>When the worker must run for the next report.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = setup.NextDeadline;
            foreach (RepeatedNotice report in _reports)
            {
                deadline = report.NextDeadline < deadline ? report.NextDeadline : deadline;
            }

            return deadline;
        }
    }

    /// <summary>Reports the notices of a batch.</summary>
    public void Report(ReadOnlySpan<ConsensusNotice> notices)
    {
        foreach (ConsensusNotice notice in notices)
        {
            switch (notice)
            {
                case ForeignIdentityNotice foreign:
                    Report(foreign, foreign.Sender);
                    break;
                case StoreReplacedNotice replaced:
                    Report(replaced, replaced.Member);
                    break;
                case DurableDataLostNotice lost:
                    Add(lost.Follower);
                    context.Metrics?.CountLostData(lost.Follower);
                    Report(lost, lost.Follower);
                    break;
                case UnsupportedEntryNotice unsupported:
                    Report(unsupported, unsupported.Leader);
                    break;
                default:
                    setup.Report(notice);
                    break;
            }
        }
    }

    /// <summary>Reports what is over, and what is due without another notice. Called in each pass.</summary>
    public void Check()
    {
        if (_reports.Count > 0)
        {
            _reports.RemoveAll(each => each.Check(context));
        }

        setup.Check();
    }

    private void Add(NodeId node)
    {
        if (!LostData.Contains(node))
        {
            LostData = new NodeSet([.. LostData.Append(node).Order()]);
        }
    }

    private void Report(ConsensusNotice notice, NodeId node)
    {
        RepeatedNotice? known = _reports.Find(each => each.Kind == notice.GetType() && each.Node == node);
        if (known is null)
        {
            _reports.Add(known = new RepeatedNotice(notice.GetType(), node));
        }

        known.Report(context, notice);
    }
}
