using Raft.Consensus;

namespace Raft;

/// <summary>Appends proposals to the leader's log (section 5.3), and answers those that it must refuse.</summary>
internal sealed class ProposalIntake(NodeContext context, PendingProposals pending, CommitDurations durations)
{
    /// <summary>Appends a batch of proposals, or refuses them. Those that were cancelled in the meantime are withdrawn.</summary>
    public void Append(MailboxBatch batch)
    {
        DateTimeOffset utcNow = context.Settings.Clock.UtcNow;
        foreach (Proposal proposal in batch.Proposals)
        {
            batch.ProposalsTaken++;
            if (proposal.Caller.IsPending)
            {
                Append(in proposal, utcNow);
            }
            else
            {
                context.Metrics?.CountProposals(ProposalOutcomeTags.Cancelled);
            }
        }
    }

    /// <summary>The life ends: refuses the proposals of a batch that were not appended.</summary>
    public void Refuse(MailboxBatch batch, Exception reason)
    {
        for (; batch.ProposalsTaken < batch.Proposals.Count; batch.ProposalsTaken++)
        {
            bool refused = batch.Proposals[batch.ProposalsTaken].Caller.Fail(reason);
            context.Metrics?.CountProposals(refused ? ProposalOutcomeTags.Refused : ProposalOutcomeTags.Cancelled);
        }
    }

    private void Append(in Proposal proposal, DateTimeOffset utcNow)
    {
        ConsensusModule module = context.Module;
        switch (module.Propose(proposal.Data, utcNow, out long index))
        {
            case ProposeResult.Appended:
                pending.Add(index, module.Term, proposal.Caller);
                durations.Begin(index);
                break;
            case ProposeResult.NotLeader:
                Refuse(in proposal, NotLeader());
                break;
            default:
                Refuse(in proposal, new OverloadedException(
                    $"{context.Settings.Consensus.MaximumUncommittedBytes} bytes or more wait to be committed, as many as "
                    + $"{nameof(RaftNodeOptions.MaximumUncommittedBytes)} allows: propose again when some have committed."));
                break;
        }
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

        PublishedStatus status = PublishedStatus.Of(module, context.Life.Lifecycle);
        string situation = StatusExplanation.NoLeader(in status);
        return new NotLeaderException(
            $"Node {context.NodeId} knows {situation}. Wait with {nameof(RaftNode.WaitForLeaderAsync)}, then propose again.", leader: null);
    }
}
