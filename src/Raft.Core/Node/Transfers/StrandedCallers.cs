namespace Raft;

/// <summary>
/// Answers callers that wait at a node that no longer leads. Their entries are committed, so their results are on the way; but not if its
/// log store or its state machine hangs. They wait for at most <see cref="NodeSettings.HangTimeout"/>, and no longer once it hangs.
/// </summary>
internal sealed class StrandedCallers(NodeContext context, PendingProposals pending, CommitPipeline commits, DiskWatch disk)
{
    private bool _led;
    private TimeSpan _answersBy = TimeSpan.MaxValue;

    /// <summary>When the worker must look again.</summary>
    public TimeSpan NextDeadline => _answersBy;

    /// <summary>Looks whether the node still leads. Called in each pass, after callers of what is not committed were answered.</summary>
    public void Check()
    {
        bool leads = context.Module.Role == RaftRole.Leader;
        if (leads)
        {
            _answersBy = TimeSpan.MaxValue;
        }
        else if (_led)
        {
            _answersBy = context.Now + context.Settings.HangTimeout;
        }

        _led = leads;
        if (_answersBy == TimeSpan.MaxValue)
        {
            return;
        }

        if (pending.Count == 0 && commits.Applier.HasAppliedAll())
        {
            _answersBy = TimeSpan.MaxValue;
        }
        else if (context.Now >= _answersBy || disk.Hangs || commits.Hangs)
        {
            _answersBy = TimeSpan.MaxValue;
            Answer();
        }
    }

    private void Answer()
    {
        BatchOutcomes outcomes = pending.FailAll(Unknown, context.Answers.Batch);
        context.Metrics?.CountProposals(in outcomes);
        commits.Applier.FailCallers(Unknown, context.Answers.Batch);
    }

    private OutcomeUnknownException Unknown(long index, long term) => new(
        $"Node {context.NodeId} lost its leadership of term {term} before it had applied the proposal at index {index}, and its log store "
        + "or its state machine does not continue: the proposal is applied by the others if it was committed.",
        index,
        term);
}
