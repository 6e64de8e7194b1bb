using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reports members that were set up differently, and messages that prove it: in the log once for each, in metrics, and in the status for as
/// long as it lasts.
/// </summary>
internal sealed class SetupReports(NodeContext context, ClockReports clocks)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly List<SetupComparison> _comparisons = []; // of members, so no more than the cluster has
    private readonly List<Contradiction> _contradictions = [];
    private TimeSpan _checkAt;
    private SetupProblemList _problems = SetupProblemList.None;
    private IReadOnlyList<string> _clockProblems = [];

    /// <summary>What is wrong now. The same object as long as it is the same.</summary>
    public SetupProblemList Problems
    {
        get
        {
            if (_contradictions.Count > 0 && context.Now >= _checkAt)
            {
                _checkAt = context.Now + CheckInterval;
                if (_contradictions.RemoveAll(each => each.HasEnded(context.Now)) > 0)
                {
                    Rebuild();
                }
            }

            if (!ReferenceEquals(clocks.Problems, _clockProblems))
            {
                Rebuild();
            }

            return _problems;
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
            case DifferingNodeLeftNotice left:
                _comparisons.RemoveAll(each => each.Member == left.Node);
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
            .. _contradictions.Select(static each => each.Problem).OfType<string>(),
        ];
        SetupProblemList next = new(problems, _comparisons.Count);
        _problems = next.Equals(_problems) && next.DifferingMembers == _problems.DifferingMembers ? _problems : next;
    }
}
