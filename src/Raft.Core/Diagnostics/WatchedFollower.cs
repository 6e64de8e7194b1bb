using Raft.Consensus;

namespace Raft;

/// <summary>What a leader has seen of one follower's progress, and what it has reported of it.</summary>
internal sealed class WatchedFollower(NodeContext context, NodeId id, long writtenBytes)
{
    private const int BeginningsUntilReport = 3;

    private readonly LastingCondition _stalls = new();
    private readonly LastingCondition _refuses = new();
    private readonly LastingCondition _cannotCatchUp = new();
    private TimeSpan _progressAt = context.Now;
    private long _match;
    private long _furthest;

    // Since it last had all entries, or this leadership began.
    private SnapshotTransfer? _transfer;
    private TimeSpan _behindSince = context.Now;
    private long _writtenBefore = writtenBytes;
    private long _stored; // by finished transfers
    private int _begun; // by finished transfers
    private int _counted;

    public NodeId Id => id;

    /// <summary>Whether it lacks entries, and has got no further for long.</summary>
    public bool Stalls => _stalls.Holds;

    private int Begun => _begun + (_transfer?.Attempts ?? 0);

    private string Place => _transfer is { } transfer
        ? $"it is at byte {transfer.Acknowledged} of {transfer.Length} of the snapshot"
        : $"it has the entries up to {_match} of {context.Module.LastIndex}";

    /// <summary>Looks at it.</summary>
    /// <param name="follower">The follower.</param>
    /// <param name="written">How many bytes of entries this node has committed so far.</param>
    public void Check(FollowerProgress follower, long written)
    {
        NoteTransfer(follower);
        NoteProgress(follower, written);
        ReportRefusal();
        ReportStall();
        ReportCatchingUp(follower, written);
    }

    private static long PerSecond(long bytes, TimeSpan time) => time <= TimeSpan.Zero ? 0 : (long)(bytes / time.TotalSeconds);

    private void NoteTransfer(FollowerProgress follower)
    {
        if (follower.Transfer != _transfer)
        {
            _begun += _transfer?.Attempts ?? 0;
            _stored += _transfer?.StoredBytes ?? 0;
            _transfer = follower.Transfer;
            _furthest = 0;
        }

        for (; _counted < Begun; _counted++)
        {
            context.Metrics?.CountSnapshotTransfer(id);
        }
    }

    /// <summary>
    /// Another attempt that gets as far as an earlier one is not progress, and neither is a larger snapshot that is refused like the one
    /// before.
    /// </summary>
    private void NoteProgress(FollowerProgress follower, long written)
    {
        bool comesFurther = follower.Match > _match
            || (_transfer is { Backoff.Failures: 0 } transfer && transfer.Furthest > _furthest);
        if (comesFurther || follower.Match >= context.Module.LastIndex)
        {
            _progressAt = context.Now;
        }

        _match = follower.Match;
        _furthest = Math.Max(_furthest, _transfer?.Furthest ?? 0);
        if (_transfer is null && !follower.CatchesUp)
        {
            (_begun, _stored, _counted) = (0, 0, 0);
            (_behindSince, _writtenBefore) = (context.Now, written);
        }
    }

    private void ReportRefusal()
    {
        bool holds = _transfer is { Backoff: { Failures: > 0, Reason: not null } };
        switch (_refuses.Observe(holds, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                context.Logger?.RefusedByFollower(id, _transfer!.Backoff.Reason!.Value, _transfer.Backoff.Failures);
                break;
            case ConditionReport.Ends:
                context.Logger?.AcceptedByFollower(id);
                break;
        }
    }

    private void ReportStall()
    {
        TimeSpan since = context.Now - _progressAt;
        switch (_stalls.Observe(since >= context.Settings.HangTimeout, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                bool answers = context.Module.Reachable.Contains(id);
                string failure = _transfer is { Backoff: { Failures: > 0 } backoff }
                    ? $", and the last attempt has failed: {backoff.Reason?.ToString() ?? "this node cannot read its snapshot"}"
                    : string.Empty;
                context.Logger?.FollowerStalls(id, since, $"{Place}, {(answers ? "answers" : "does not answer")}{failure}");
                break;
            case ConditionReport.Ends:
                context.Logger?.FollowerProgresses(id);
                break;
        }
    }

    private void ReportCatchingUp(FollowerProgress follower, long written)
    {
        bool isBehind = _transfer is not null || follower.CatchesUp;
        bool fails = _transfer is { Backoff.Failures: > 0 };
        bool holds = isBehind && !fails && (Begun >= BeginningsUntilReport || _cannotCatchUp.Holds);
        switch (_cannotCatchUp.Observe(holds, context.Now))
        {
            case ConditionReport.Begins or ConditionReport.Lasts:
                TimeSpan since = context.Now - _behindSince;
                long stored = PerSecond(_stored + (_transfer?.StoredBytes ?? 0), since);
                context.Logger?.FollowerCannotCatchUp(id, Begun, since, Place, stored, PerSecond(written - _writtenBefore, since));
                break;
            case ConditionReport.Ends when !isBehind:
                context.Logger?.FollowerHasCaughtUp(id);
                break;
        }
    }
}
