using Raft.Consensus;

namespace Raft;

/// <summary>
/// Follows whether the node leads. Once leadership is lost, this node no longer learns the outcome of what is not committed yet, so the
/// callers of such entries get an unknown outcome.
/// </summary>
internal sealed class LeadershipTracker(NodeContext context, LeadershipToken token, PendingProposals pending, CommitDurations durations)
{
    private long _term;
    private bool _isSuspended;

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

        _isSuspended = false;
        token.Update(leads, module.Term);
        durations.Clear();
        Leads = leads;
        _term = module.Term;
    }

    /// <summary>
    /// The node is about to hand over its leadership: what runs only on the leader is to end, although the node still leads.
    /// </summary>
    public void Suspend()
    {
        if (!_isSuspended)
        {
            _isSuspended = true;
            token.Update(leads: false, _term);
        }
    }

    /// <summary>The node did not hand over after all, and leads the same term: what runs on the leader may run again.</summary>
    public void Resume()
    {
        if (_isSuspended)
        {
            _isSuspended = false;
            token.Update(Leads, _term);
        }
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
