using Raft.Consensus;

namespace Raft;

/// <summary>
/// Appends proposals to the leader's log (section 5.3), and answers those that it must refuse. While the leader hands over its leadership,
/// they wait.
/// </summary>
internal sealed class ProposalIntake(NodeContext context, PendingProposals pending, CommitDurations durations)
{
    private readonly Queue<Proposal> _waiting = new(); // bounded by MaximumPendingProposals, through the mailbox
    private TimeSpan? _waitEndsAt;

    /// <summary>How many proposals wait for the end of a transfer.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>When those that wait are refused although no leader is known.</summary>
    public TimeSpan NextDeadline => _waitEndsAt ?? TimeSpan.MaxValue;

    /// <summary>
    /// Appends the proposals that waited, then those of a batch, or refuses them. Those that were cancelled in the meantime are withdrawn.
    /// </summary>
    public void Append(MailboxBatch batch)
    {
        if (_waiting.Count > 0)
        {
            AppendWaiting();
        }

        foreach (Proposal proposal in batch.Proposals)
        {
            batch.ProposalsTaken++;
            Take(in proposal);
        }
    }

    /// <summary>The life ends: refuses the proposals of a batch that were not appended.</summary>
    public void Refuse(MailboxBatch batch, Exception reason)
    {
        for (; batch.ProposalsTaken < batch.Proposals.Count; batch.ProposalsTaken++)
        {
            RefuseAtEnd(batch.Proposals[batch.ProposalsTaken], reason);
        }
    }

    /// <summary>The life ends: refuses the proposals that wait.</summary>
    public void End(Exception reason)
    {
        while (_waiting.TryDequeue(out Proposal proposal))
        {
            RefuseAtEnd(in proposal, reason);
        }

        _waitEndsAt = null;
    }

    /// <summary>
    /// A leader that gave up its transfer appends what waited. If it handed over, its callers learn who leads now: that takes an election,
    /// so they wait a little longer.
    /// </summary>
    private void AppendWaiting()
    {
        ConsensusModule module = context.Module;
        bool isUndecided = module.Role == RaftRole.Leader
            ? module.Transfer is { PausesProposals: true }
            : module.Leader is null && context.Now < _waitEndsAt;
        if (isUndecided)
        {
            return;
        }

        _waitEndsAt = null;
        for (int left = _waiting.Count; left > 0; left--)
        {
            Proposal proposal = _waiting.Dequeue();
            Take(in proposal);
        }
    }

    private void Take(in Proposal proposal)
    {
        if (proposal.Caller.IsPending)
        {
            Append(in proposal);
        }
        else
        {
            context.Metrics?.CountProposals(ProposalOutcomeTags.Cancelled);
        }
    }

    private void Append(in Proposal proposal)
    {
        ConsensusModule module = context.Module;
        if (proposal.Term != 0 && (module.Role != RaftRole.Leader || module.Term != proposal.Term))
        {
            Refuse(in proposal, new LeadershipLostException(
                $"Node {context.NodeId} no longer leads term {proposal.Term}, and the proposal was for that term only: it did not enter "
                + "the log.",
                proposal.Term));
            return;
        }

        switch (module.Propose(proposal.Data, module.UtcNow, out long index))
        {
            case ProposeResult.Appended:
                pending.Add(index, module.Term, proposal.Caller);
                durations.Begin(index);
                break;
            case ProposeResult.NotLeader:
                Refuse(in proposal, NotLeader());
                break;
            case ProposeResult.TransferUnderWay:
                AwaitTransfer(in proposal);
                break;
            default:
                Refuse(in proposal, new OverloadedException(
                    $"{context.Settings.Consensus.MaximumUncommittedBytes} bytes or more wait to be committed, as many as "
                    + $"{nameof(RaftNodeOptions.MaximumUncommittedBytes)} allows: propose again when some have committed."));
                break;
        }
    }

    private void AwaitTransfer(in Proposal proposal)
    {
        LeadershipTransfer transfer = context.Module.Transfer!;
        if (transfer.IsGivingUp)
        {
            Refuse(in proposal, new NotLeaderException(
                $"Node {context.NodeId} gives up its leadership, since its log store or its state machine hangs or its state is wrong, and "
                + $"takes no proposals: propose to {transfer.Target} in a moment.",
                context.Settings.MemberOf(transfer.Target, context.Module.Configuration)));
            return;
        }

        if (context.Settings.ProposalsDuringTransfer == ProposalsDuringTransfer.Wait)
        {
            _waiting.Enqueue(proposal);
            _waitEndsAt ??= context.Now + (2 * context.Settings.Consensus.MinimumElectionTimeout);
            return;
        }

        NodeId target = transfer.Target;
        Refuse(in proposal, new NotLeaderException(
            $"Node {context.NodeId} is handing over its leadership to {target} and takes no proposals: propose there in a moment.",
            context.Settings.MemberOf(target, context.Module.Configuration)));
    }

    private void RefuseAtEnd(in Proposal proposal, Exception reason)
    {
        bool refused = proposal.Caller.Fail(reason);
        context.Metrics?.CountProposals(refused ? ProposalOutcomeTags.Refused : ProposalOutcomeTags.Cancelled);
    }

    private void Refuse(in Proposal proposal, ProposalRefusedException reason)
    {
        context.Metrics?.CountProposals(ProposalOutcomeTags.Refused);
        context.Answers.Fail(proposal.Caller, reason);
    }

    private NotLeaderException NotLeader()
    {
        ConsensusModule module = context.Module;
        if (module.Leader is { } leader)
        {
            return new NotLeaderException(
                $"Node {context.NodeId} does not lead; {leader} leads term {module.Term}: propose there.",
                context.Settings.MemberOf(leader, module.Configuration));
        }

        PublishedStatus status = PublishedStatus.Of(module, context.Life.Lifecycle) with
        {
            Conditions = new NodeConditions { UnheardLeader = module.UnheardLeader },
        };
        string situation = StatusExplanation.NoLeader(in status);
        return new NotLeaderException(
            $"Node {context.NodeId} knows {situation}. Wait with {nameof(RaftNode.WaitForLeaderAsync)}, then propose again.", leader: null);
    }
}
