using Raft.Consensus;

namespace Raft;

/// <summary>
/// Follows whether the node leads. Once leadership is lost, this node no longer learns the outcome of what is not committed yet, so the
/// callers of such entries get an unknown outcome.
/// </summary>
internal sealed class LeadershipTracker(
    NodeContext context, LeadershipToken token, PendingProposals pending, CommitDurations durations, StatusBoard board)
{
    private long _term;
    private bool _isReady;
    private bool _isSuspended;

    /// <summary>Whether the node led at the last update.</summary>
    public bool Leads { get; private set; }

    /// <summary>
    /// Whether the node leads, and its state machine lacks something that was committed before its term: what runs only on the leader
    /// starts afterwards, or it would work on an old state.
    /// </summary>
    public bool AwaitsItsNoOp => Leads && !_isReady;

    /// <summary>Compares the module's role with that of the last update.</summary>
    public void Update()
    {
        UpdateRole();
        if (AwaitsItsNoOp && !_isSuspended && !context.Life.IsStopping && context.Module.AppliedIndex >= context.Module.FirstIndexOfTerm)
        {
            _isReady = true;
            token.Update(leads: true, _term);
            board.Touch(); // for those who wait for the leadership
        }
    }

    private void UpdateRole()
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
        _isReady = false;
        token.Update(leads: false, _term);
        durations.Clear();
        Leads = leads;
        _term = module.Term;
    }

    /// <summary>
    /// The node is about to hand over its leadership, or to stop: what runs only on the leader is to end, although the node still leads.
    /// Called before proposals are refused for that reason.
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
        if (_isSuspended && !context.Life.IsStopping)
        {
            _isSuspended = false;
            token.Update(Leads && _isReady, _term);
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
