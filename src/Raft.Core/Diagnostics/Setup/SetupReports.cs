using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reports members that were set up differently, and messages that prove it: in the log and in metrics, and in the status for as long as
/// it lasts.
/// </summary>
internal sealed class SetupReports(NodeContext context, ClockReports clocks)
{
    private readonly List<SetupComparison> _comparisons = []; // of members, so no more than the cluster has
    private readonly List<Contradiction> _contradictions = [];
    private IReadOnlyList<string> _clockProblems = [];

    /// <summary>What is wrong now. The same object as long as it is the same.</summary>
    public SetupProblemList Problems { get; private set; } = SetupProblemList.None;

    /// <summary>When the worker must run for the next report.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = TimeSpan.MaxValue;
            foreach (SetupComparison comparison in _comparisons)
            {
                deadline = comparison.NextDeadline < deadline ? comparison.NextDeadline : deadline;
            }

            foreach (Contradiction contradiction in _contradictions)
            {
                deadline = contradiction.NextDeadline < deadline ? contradiction.NextDeadline : deadline;
            }

            return deadline;
        }
    }

    /// <summary>Reports what has ended, and what is due without another message. Called in each pass.</summary>
    public void Check()
    {
        int ended = _comparisons.Count == 0 ? 0 : _comparisons.RemoveAll(each => each.Check(context));
        ended += _contradictions.Count == 0 ? 0 : _contradictions.RemoveAll(each => each.Check(context));
        if (ended > 0 || !ReferenceEquals(clocks.Problems, _clockProblems))
        {
            Rebuild();
        }
    }

    /// <summary>Reports a notice, if it is about the setup.</summary>
    public void Report(ConsensusNotice notice)
    {
        switch (notice)
        {
            case OptionsDifferNotice differ:
                ComparisonOf(differ.Member).OnDiffers(context);
                break;
            case SetupNotice setup:
                ComparisonOf(setup.Member).OnValues(context, setup.Values);
                break;
            case OptionsAgreeNotice agree:
                ComparisonOf(agree.Member).OnAgrees(context);
                _comparisons.RemoveAll(each => each.Member == agree.Member);
                break;
            case SecondLeaderNotice second:
                OnSecondLeader(second);
                break;
            case UnlistedSenderNotice unlisted:
                OnContradiction(ContradictionKind.UnlistedSender, unlisted.Sender)
                    .Report(context, $"{unlisted.Sender} sends messages, and the configuration does not list it");
                break;
            case NotListedNotice unlisted:
                OnContradiction(ContradictionKind.NotListed, unlisted.Member)
                    .Report(context, $"{unlisted.Member} does not list this node in its configuration");
                break;
            default:
                return;
        }

        Rebuild();
    }

    private void OnSecondLeader(SecondLeaderNotice second)
    {
        Contradiction contradiction = OnContradiction(ContradictionKind.SecondLeader, second.Sender);
        contradiction.Report(
            context,
            second.Leader == context.NodeId
                ? $"{second.Sender} leads a term that this node leads as well"
                : $"{second.Sender} leads a term in which this node follows {second.Leader}",
            second.Term);
    }

    private Contradiction OnContradiction(ContradictionKind kind, NodeId node)
    {
        Contradiction? known = _contradictions.Find(each => each.Kind == kind && each.Node == node);
        if (known is null)
        {
            _contradictions.Add(known = new Contradiction(kind, node));
        }

        return known;
    }

    private SetupComparison ComparisonOf(NodeId member)
    {
        SetupComparison? known = _comparisons.Find(each => each.Member == member);
        if (known is null)
        {
            _comparisons.Add(known = new SetupComparison(member));
        }

        return known;
    }

    private void Rebuild()
    {
        _clockProblems = clocks.Problems;
        string[] problems =
        [
            .. _clockProblems,
            .. _comparisons.Select(static each => each.Problem).OfType<string>(),
            .. _contradictions.Select(static each => each.Problem),
        ];
        SetupProblemList next = new(problems, _comparisons.Count);
        Problems = next.Equals(Problems) && next.DifferingMembers == Problems.DifferingMembers ? Problems : next;
    }
}
