using Raft.Consensus;

namespace Raft;

/// <summary>
/// Hands over the leadership (dissertation, section 3.10), on request or because the node stops: when the module is ready, it ends the work
/// of the leader, waits until every caller is answered, and lets the module ask the target to campaign. Used by the node's worker.
/// </summary>
internal sealed class LeadershipTransfers(NodeContext context, CommitPipeline commits, LeadershipTracker leadership, LeaderWork work)
{
    private PendingCaller<LeadershipTransferResult>? _caller; // null if the node hands over because it stops
    private NodeId? _target;
    private long _term;
    private bool _isHandedOver;
    private bool _isForStop;
    private TimeSpan _leaderKnownBy = TimeSpan.MaxValue;

    /// <summary>Whether a transfer is under way, or its outcome is not known yet.</summary>
    public bool IsUnderWay => _target is not null;

    /// <summary>Whether proposals pause for a transfer: the applier must wake the worker when it is done.</summary>
    public bool AwaitsCommits => context.Module.Transfer is { PausesProposals: true };

    /// <summary>When the worker must check the transfer again.</summary>
    public TimeSpan NextDeadline => _leaderKnownBy;

    /// <summary>Asks for a transfer.</summary>
    public PostOutcome Post(NodeId? target, PendingCaller<LeadershipTransferResult> caller) =>
        context.Post(new TransferRequest(this, target, caller));

    /// <summary>
    /// The node stops: a leader hands over first, if the others can do without it. It tries once, for at most a minimum election timeout.
    /// </summary>
    public void BeginForStop()
    {
        ConsensusModule module = context.Module;
        TimeSpan timeout = context.Settings.Consensus.MinimumElectionTimeout;
        if (!IsUnderWay && module.CanLeave && module.BeginTransfer(null, timeout, context.Now, isForStop: true) == TransferStart.Begun)
        {
            Begin(module);
            _isForStop = true;
        }
    }

    /// <summary>
    /// This leader is not fit to lead: hands over to a voter that is, and waits for none of its callers. A transfer that is under way
    /// becomes one of this kind.
    /// </summary>
    /// <returns>False if it cannot.</returns>
    public bool BeginGivingUp(NodeId target)
    {
        ConsensusModule module = context.Module;
        if (module.BeginGivingUp(target, context.Settings.MaximumElectionTimeout, context.Now) != TransferStart.Begun)
        {
            return false;
        }

        if (!IsUnderWay)
        {
            Begin(module);
        }

        leadership.Suspend();
        return true;
    }

    /// <summary>Does what is due after each batch of the module.</summary>
    public void Advance()
    {
        if (_target is null)
        {
            return;
        }

        ConsensusModule module = context.Module;
        if (module.Role != RaftRole.Leader || module.Term != _term)
        {
            ConcludeAfterLoss(module);
        }
        else if (module.Transfer is null)
        {
            leadership.Resume();
            End(module.LastTransferFailure == TransferFailure.Refused
                ? LeadershipTransferOutcome.TargetRefused
                : LeadershipTransferOutcome.TimedOut);
        }
        else
        {
            if (AwaitsCommits && context.Settings.ProposalsDuringTransfer == ProposalsDuringTransfer.Refuse)
            {
                leadership.Suspend(); // in the pass before the first refusal: work of the leader that is refused knows why
            }

            if (!_isHandedOver && module.IsReadyToHandOver)
            {
                HandOver(module);
            }
        }
    }

    /// <summary>The life ends.</summary>
    public void End(Exception reason)
    {
        if (_caller is { } caller)
        {
            context.Answers.Fail(caller, reason);
        }

        _caller = null;
        _target = null;
    }

    private void Begin(NodeId? target, PendingCaller<LeadershipTransferResult> caller)
    {
        ConsensusModule module = context.Module;
        TransferStart start = _target is not null
            ? TransferStart.AlreadyUnderWay
            : module.BeginTransfer(target, context.Settings.LeadershipTransferTimeout, context.Now);
        if (start == TransferStart.Begun)
        {
            _caller = caller;
            Begin(module);
        }
        else
        {
            context.Answers.Succeed(caller, new LeadershipTransferResult(OutcomeOf(start), target, module.Leader));
        }
    }

    private void Begin(ConsensusModule module)
    {
        _target = module.Transfer!.Target;
        _term = module.Term;
        _isHandedOver = false;
        _isForStop = false;
        _leaderKnownBy = TimeSpan.MaxValue;
        context.Logger?.TransferBegins(_target.Value, _term);
    }

    /// <summary>
    /// The target has everything. The work of the leader ends before another node can start its own, and callers learn their results
    /// from this node.
    /// </summary>
    private void HandOver(ConsensusModule module)
    {
        leadership.Suspend();
        if ((commits.HasAnsweredAll || module.Transfer is { IsGivingUp: true }) && work.IsIdle)
        {
            module.HandOver();
            _isHandedOver = true;
            context.Wake(); // for a batch that sends the request
        }
    }

    /// <summary>
    /// This node no longer leads: the transfer is over when the next leader is known. A node that stops does not wait for that: it has
    /// voted for the target.
    /// </summary>
    private void ConcludeAfterLoss(ConsensusModule module)
    {
        if (_isForStop)
        {
            End(_isHandedOver && (module.VotedFor == _target || module.Leader == _target)
                ? LeadershipTransferOutcome.Transferred
                : LeadershipTransferOutcome.LeadershipLost);
            return;
        }

        if (_leaderKnownBy == TimeSpan.MaxValue)
        {
            _leaderKnownBy = context.Now + context.Settings.MaximumElectionTimeout;
        }

        if (module.Leader is not null || context.Now >= _leaderKnownBy || !_isHandedOver)
        {
            End(_isHandedOver && module.Leader == _target
                ? LeadershipTransferOutcome.Transferred
                : LeadershipTransferOutcome.LeadershipLost);
        }
    }

    private void End(LeadershipTransferOutcome outcome)
    {
        context.Logger?.TransferEnds(_target!.Value, _term, outcome);
        context.Metrics?.CountTransfer(outcome);
        if (_caller is { } caller)
        {
            context.Answers.Succeed(caller, new LeadershipTransferResult(outcome, _target, context.Module.Leader));
        }

        _caller = null;
        _target = null;
        _leaderKnownBy = TimeSpan.MaxValue;
    }

    private static LeadershipTransferOutcome OutcomeOf(TransferStart start) => start switch
    {
        TransferStart.AlreadyUnderWay => LeadershipTransferOutcome.AlreadyUnderWay,
        TransferStart.NoTarget => LeadershipTransferOutcome.NoTarget,
        TransferStart.TargetIsLeader => LeadershipTransferOutcome.TargetIsLeader,
        TransferStart.TargetUnknown => LeadershipTransferOutcome.TargetUnknown,
        TransferStart.TargetNotVoter => LeadershipTransferOutcome.TargetNotVoter,
        TransferStart.TargetStopping => LeadershipTransferOutcome.TargetRefused,
        _ => LeadershipTransferOutcome.NotLeader,
    };

    private sealed class TransferRequest(
        LeadershipTransfers transfers, NodeId? target, PendingCaller<LeadershipTransferResult> caller) : NodeRequest
    {
        public override void Execute() => transfers.Begin(target, caller);

        public override void Refuse(Exception reason) => caller.Fail(reason);
    }
}
