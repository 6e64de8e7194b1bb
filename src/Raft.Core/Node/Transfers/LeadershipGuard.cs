using Raft.Consensus;

namespace Raft;

/// <summary>
/// Gives up the leadership of a node whose log store or state machine hangs, but only on evidence that another voter does better. Without
/// it nothing moves: a command that takes long takes long on every node. Used by the node's worker.
/// </summary>
/// <remarks>
/// The evidence must last for a minimum election timeout, since of nodes that all hang alike one is always the first to continue. A node
/// that has given up starts no election while its condition lasts, for at most ten maximum election timeouts; it votes and follows.
/// </remarks>
internal sealed class LeadershipGuard(NodeContext context, LeadershipEvidence evidence, LeadershipTransfers transfers)
{
    private const int ElectionTimeoutsWithheld = 10;

    private TimeSpan? _evidenceSince;
    private long _givenUpTerm; // while this node gives up the leadership of this term; otherwise 0
    private HangingResource _reason;
    private TimeSpan _withheldUntil;

    /// <summary>Whether the node starts no election because it gave up a leadership.</summary>
    public bool IsWithheld { get; private set; }

    /// <summary>The last term whose leadership this node gave up; 0 if it gave up none.</summary>
    public long LastTermGivenUp { get; private set; }

    /// <summary>When the worker must look again.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Looks at what hangs. Called in each pass, after the watches and before anything follows the leadership.</summary>
    public void Check()
    {
        NextDeadline = TimeSpan.MaxValue;
        if (IsWithheld)
        {
            EndWithholdingIfDue();
        }

        if (_givenUpTerm > 0)
        {
            ConcludeGivingUp();
        }
        else if (evidence.Find() is { } found && !context.Life.IsStopping)
        {
            _evidenceSince ??= context.Now;
            TimeSpan limit = _evidenceSince.Value + context.Settings.Consensus.MinimumElectionTimeout;
            if (context.Now < limit)
            {
                NextDeadline = limit;
            }
            else
            {
                GiveUp(found);
            }
        }
        else
        {
            _evidenceSince = null;
        }
    }

    private void GiveUp(HangEvidence found)
    {
        ConsensusModule module = context.Module;
        _evidenceSince = null;
        _givenUpTerm = module.Term;
        LastTermGivenUp = module.Term;
        _reason = found.Hang.Resource;
        IsWithheld = true;
        _withheldUntil = context.Now + (ElectionTimeoutsWithheld * context.Settings.MaximumElectionTimeout);
        module.WithholdCandidacy(_withheldUntil, context.Now);
        bool hasBegun = transfers.BeginGivingUp(found.Voter);
        NodeId target = module.Transfer?.Target ?? found.Voter; // a transfer that was under way keeps its target
        context.Logger?.GivesUpLeadership(module.Term, target, found);
        context.Metrics?.CountGivenUp();
        if (!hasBegun)
        {
            StepDown(module);
        }

        NextDeadline = _withheldUntil;
        context.Wake(); // for a batch that asks the target, and for all that follows the leadership
    }

    /// <summary>A transfer that fails leaves a leader that is not fit to lead, unless it has recovered meanwhile.</summary>
    private void ConcludeGivingUp()
    {
        ConsensusModule module = context.Module;
        if (module.Role != RaftRole.Leader || module.Term != _givenUpTerm)
        {
            _givenUpTerm = 0;
        }
        else if (module.Transfer is null)
        {
            _givenUpTerm = 0;
            if (IsWithheld)
            {
                StepDown(module);
            }
        }
    }

    private void StepDown(ConsensusModule module)
    {
        context.Logger?.StepsDown(module.Term, HangingWork.Name(_reason));
        _givenUpTerm = 0;
        module.StepDown(context.Now);
    }

    private void EndWithholdingIfDue()
    {
        bool hangs = evidence.Hangs(_reason);
        if (hangs && context.Now < _withheldUntil)
        {
            NextDeadline = _withheldUntil;
            return;
        }

        IsWithheld = false;
        context.Module.AllowCandidacy(context.Now);
        context.Logger?.MayCampaignAgain(HangingWork.Name(_reason), hangs);
    }
}
