using Raft.Consensus;

namespace Raft;

/// <summary>
/// Follows whether the node leads. Once leadership is lost, this node no longer learns the outcome of what is not committed yet, so the
/// callers of such entries get an unknown outcome.
/// </summary>
internal sealed class LeadershipTracker(NodeContext context, LeadershipToken token, PendingProposals pending, CommitDurations durations)
{
    private long _term;

    /// <summary>Whether the node led at the last update.</summary>
    public bool Leads { get; private set; }

    /// <summary>Compares the module's role with that of the last update.</summary>
    public void Update()
    {
        ConsensusModule module = context.Module;
        bool leads = module.Role == RaftRole.Leader;
        if (leads == Leads && module.Term == _term)
        {
            return;
        }

        if (Leads && pending.Count > 0)
        {
            FailUncommitted(module);
        }

        token.Update(leads, module.Term);
        durations.Clear();
        Leads = leads;
        _term = module.Term;
    }

    /// <summary>The life ends: the node leads no longer.</summary>
    public void End() => token.Update(leads: false, _term);

    /// <summary>What is committed keeps its callers: their results are on the way.</summary>
    private void FailUncommitted(ConsensusModule module)
    {
        BatchOutcomes outcomes = pending.FailUncommitted(
            (index, term) => index <= module.CommitIndex && module.TermAt(index) == term,
            (index, term) => new OutcomeUnknownException(
                $"Node {context.NodeId} lost its leadership of term {term} before the proposal at index {index} was committed: "
                + "it may be applied or not.",
                index,
                term),
            context.Answers.Batch);
        context.Metrics?.CountProposals(in outcomes);
    }
}
