using Raft.Consensus;

namespace Raft;

/// <summary>
/// Reports a node that its leader does not reach: one that makes no progress towards what its leader has committed, and one that does not
/// hear from the leader that the others follow. Used by the node's worker.
/// </summary>
internal sealed class ProgressReports(NodeContext context)
{
    private readonly LastingCondition _stalled = new();
    private readonly LastingCondition _unheard = new();
    private NodeId? _leader;
    private long _commitIndex;
    private long _lastIndex;
    private long _received;
    private TimeSpan _reachedAt;
    private TimeSpan? _unheardSince;

    /// <summary>Whether the node makes no progress although its leader has committed more.</summary>
    public bool IsStalled => _stalled.Holds;

    /// <summary>The leader that others follow and that this node, which has none, does not hear from.</summary>
    public UnheardLeader? UnheardLeader { get; private set; }

    /// <summary>When the worker must look again.</summary>
    public TimeSpan NextDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Called in each pass.</summary>
    public void Check()
    {
        NextDeadline = TimeSpan.MaxValue;
        CheckProgress(context.Module);
        CheckUnheard(context.Module);
    }

    private void CheckProgress(ConsensusModule module)
    {
        bool lags = module.Role is RaftRole.Follower or RaftRole.Learner && module.Leader is not null
            && module.KnownCommitIndex > module.CommitIndex;
        bool isFurther = IsFurther(module);
        if (!lags || isFurther || module.Leader != _leader)
        {
            (_leader, _reachedAt) = (module.Leader, context.Now);
        }

        TimeSpan limit = _reachedAt + context.Settings.HangTimeout;
        bool stalls = lags && context.Now >= limit;
        switch (_stalled.Observe(stalls, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.MakesNoProgress(
                    module.Leader!.Value,
                    module.CommitIndex,
                    module.KnownCommitIndex,
                    module.SnapshotBeingReceived is null ? 0 : module.ReceivedBytes,
                    context.Now - _reachedAt);
                break;
            case ConditionReport.Ends:
                context.Logger?.MakesProgressAgain(module.CommitIndex);
                break;
        }

        LookAgainAt(!lags ? TimeSpan.MaxValue : stalls ? _stalled.NextReportAt : limit);
    }

    /// <summary>A snapshot that is received again, up to where it was before, is no progress.</summary>
    private bool IsFurther(ConsensusModule module)
    {
        bool hasEntries = module.LastIndex > _lastIndex || module.CommitIndex > _commitIndex;
        bool isFurther = hasEntries || module.ReceivedBytes > _received;
        _received = hasEntries ? 0 : Math.Max(_received, module.ReceivedBytes);
        (_lastIndex, _commitIndex) = (module.LastIndex, module.CommitIndex);
        return isFurther;
    }

    /// <summary>Reported as late as a cluster without a leader.</summary>
    private void CheckUnheard(ConsensusModule module)
    {
        UnheardLeader? unheard = UnheardLeader = module.Leader is null ? module.UnheardLeader : null;
        _unheardSince = unheard is null ? null : _unheardSince ?? context.Now;
        TimeSpan limit = _unheardSince is { } since ? since + context.Settings.LeaderlessTimeout : TimeSpan.MaxValue;
        switch (_unheard.Observe(context.Now >= limit, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.UnheardLeader(
                    unheard!.Leader, StatusExplanation.Unheard(unheard), context.Now - _unheardSince!.Value);
                break;
            case ConditionReport.Ends:
                context.Logger?.HearsLeaderAgain(module.Leader);
                break;
        }

        LookAgainAt(_unheard.Holds ? _unheard.NextReportAt : limit);
    }

    private void LookAgainAt(TimeSpan time) => NextDeadline = time < NextDeadline ? time : NextDeadline;
}
