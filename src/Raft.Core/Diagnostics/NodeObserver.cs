namespace Raft;

/// <summary>
/// Compares the node's status after each pass with that before it, and reports what has changed: in log messages and in metrics.
/// </summary>
internal sealed class NodeObserver(NodeContext context, DroppedMessages dropped, LatenessReports lateness)
{
    private readonly NodeMetrics? _metrics = context.Metrics;
    private readonly NodeLogger? _logger = context.Logger;
    private bool _isRunning;
    private PublishedStatus _last;
    private long _lastLeaderTerm;
    private ClusterConfiguration? _reportedConfiguration;
    private readonly ElectionLines _elections = new(context);
    private readonly LeaderlessReports _leaderless = new(context);

    /// <summary>When the worker must run for the next report.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = _elections.NextDeadline < _leaderless.NextDeadline ? _elections.NextDeadline : _leaderless.NextDeadline;
            return dropped.NextDeadline < deadline ? dropped.NextDeadline : deadline;
        }
    }

    /// <summary>The node begins to run. Its status now is where changes are counted from.</summary>
    /// <param name="status">The status.</param>
    /// <param name="reads">Counts the reads that wait.</param>
    public void Begin(in PublishedStatus status, ReadLimit reads)
    {
        _isRunning = true;
        _last = status;
        _lastLeaderTerm = status.Leader is null ? 0 : status.Term;
        _metrics?.Start(reads);
        _logger?.Running(context.Settings.ClusterId, status.Term, status.FirstIndex, status.LastIndex, status.Configuration.Members);
    }

    /// <summary>The life ends.</summary>
    /// <param name="failure">Why; null if in good order.</param>
    /// <param name="abandoned">What the state machine is still doing, and is given up on; null if it is idle.</param>
    public void End(NodeFailedException? failure, (Work Work, TimeSpan Since)? abandoned = null)
    {
        _metrics?.Stop();
        if (failure is not null)
        {
            _logger?.Failed(failure);
        }
        else if (abandoned is { } work)
        {
            _logger?.StateMachineAbandoned(work.Work.ToString(), context.Settings.Clock.Now - work.Since);
        }
        else if (_isRunning)
        {
            _logger?.Stopped();
        }
    }

    /// <summary>Reports what has changed with this pass.</summary>
    public void Observe(in PublishedStatus status)
    {
        if (!_isRunning || (_metrics is null && _logger is null))
        {
            return;
        }

        if (status.Role != _last.Role || status.Term != _last.Term || status.Leader != _last.Leader)
        {
            ReportLoss(in status);
            ReportCampaign(in status);
            ReportLeader(in status);
        }

        ReportMembers(in status);
        _last = status;
        ReportElections(in status);
        _leaderless.Observe(in status);
        dropped.Report(context.Module.IgnoredMessages, context.Now);
        _metrics?.PublishFollowers(context.Module.Followers, status.LastIndex);
    }

    /// <summary>Reports once for each configuration in the log that the options list other members.</summary>
    private void ReportMembers(in PublishedStatus status)
    {
        ClusterConfiguration configuration = status.Configuration;
        if (configuration.Index == 0 || status.IsJoining || ReferenceEquals(configuration, _reportedConfiguration))
        {
            return;
        }

        _reportedConfiguration = configuration;
        IReadOnlyList<RaftMember> listed = context.Settings.Members;
        bool areSame = listed.Count == configuration.Members.Count
            && listed.All(member => configuration.Find(member.NodeId) is not null);
        bool listsOthers = listed.Any(member => member.NodeId != context.NodeId); // a node that joins need not list anyone
        if (!areSame && (listsOthers || context.Settings.FirstStart != FirstStart.Join))
        {
            _logger?.MembersDiffer(listed, configuration);
        }
    }

    private void ReportLoss(in PublishedStatus status)
    {
        bool hasHandedOver = _last.TransferTarget is { } target && (status.VotedFor == target || status.Leader == target);
        if (_last.Role == RaftRole.Leader && (status.Role != RaftRole.Leader || status.Term != _last.Term) && !hasHandedOver)
        {
            if (_elections.Allows())
            {
                _logger?.LostLeadership(_last.Term, status.Term, StatusExplanation.Of(in status));
            }
        }
        else if (_last.Leader is { } lost && lost != context.NodeId && status.Leader is null && _elections.Allows())
        {
            _logger?.LostLeader(lost, status.Term);
        }
    }

    private void ReportCampaign(in PublishedStatus status)
    {
        if (status.Role == RaftRole.PreCandidate)
        {
            _logger?.StartsPreVote(status.Term);
        }
        else if (status.Role is RaftRole.Candidate or RaftRole.Leader && status.Term > _last.Term)
        {
            _metrics?.CountElection();
            if (status.Role == RaftRole.Candidate && _elections.Allows()) // otherwise it has won within the pass, which is reported
            {
                _logger?.Campaigns(status.Term);
            }
        }
    }

    private void ReportLeader(in PublishedStatus status)
    {
        if (status.Leader is not { } leader || (leader == _last.Leader && status.Term == _last.Term))
        {
            return;
        }

        if (_elections.Allows())
        {
            ReportLeader(leader, status.Term);
        }

        if (status.Term > _lastLeaderTerm) // a leader that was lost for a while and returns in its term is no change
        {
            _lastLeaderTerm = status.Term;
            _metrics?.CountLeaderChange();
        }
    }

    private void ReportLeader(NodeId leader, long term)
    {
        if (leader == context.NodeId)
        {
            _logger?.Leads(term);
        }
        else
        {
            _logger?.Follows(leader, term);
        }
    }

    private void ReportElections(in PublishedStatus status)
    {
        switch (_elections.Check(out long count))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                _logger?.ElectionsRepeat(count, Situation(in status));
                break;
            case ConditionReport.Ends:
                _logger?.FailureOver("writes its messages about elections again", count, "messages");
                break;
        }
    }

    /// <summary>What the node knows about elections that do not end.</summary>
    private string Situation(in PublishedStatus status)
    {
        string explanation = $"it {StatusExplanation.Of(in status)}";
        return lateness.WasLate ? $"{explanation}; this node itself came late in the last minute" : explanation;
    }
}
