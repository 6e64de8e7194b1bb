using Raft.Consensus;

namespace Raft;

/// <summary>
/// Watches whether this follower gets any further while its leader has committed entries that it lacks. A leader that cannot bring it up
/// may have no log that anyone reads, or may not know.
/// </summary>
internal sealed class ProgressWatch(NodeContext context)
{
    private readonly LastingCondition _waits = new();
    private TimeSpan _nextCheck;
    private TimeSpan _progressAt;
    private long _lastIndex;
    private long _commitIndex;
    private long _received;
    private NodeId? _leader;

    /// <summary>Whether it lacks entries, has a leader, and has got no further for <see cref="NodeSettings.HangTimeout"/>.</summary>
    public bool Waits => _waits.Holds;

    /// <summary>Looks whether there is progress, if it is time to. Called in each pass.</summary>
    public void Check()
    {
        if (context.Now < _nextCheck)
        {
            return;
        }

        _nextCheck = context.Now + context.Settings.Consensus.MinimumElectionTimeout;
        ConsensusModule module = context.Module;
        NodeId? leader = module.Role == RaftRole.Follower ? module.Leader : null;
        bool isBehind = leader is not null && module.CommitIndex < module.CommitIndexOfLeader;
        if (!isBehind || leader != _leader || IsFurther(module))
        {
            _progressAt = context.Now;
        }

        _leader = leader;
        Report(module);
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

    private void Report(ConsensusModule module)
    {
        TimeSpan since = context.Now - _progressAt;
        switch (_waits.Observe(since >= context.Settings.HangTimeout, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                string part = module.SnapshotBeingReceived is { } snapshot
                    ? $", and has received {module.ReceivedBytes} bytes of a snapshot up to {snapshot.LastIncludedIndex}"
                    : string.Empty;
                context.Logger?.WaitsForLeader(
                    _leader!.Value,
                    since,
                    $"it has {module.CommitIndex} of {module.CommitIndexOfLeader} committed entries{part}");
                break;
            case ConditionReport.Ends when _leader is { } leader:
                context.Logger?.ReceivesAgain(leader);
                break;
        }
    }
}
