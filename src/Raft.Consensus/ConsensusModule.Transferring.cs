namespace Raft.Consensus;

/// <content>
/// Leadership transfer (dissertation, section 3.10). The target catches up while proposals are taken as usual. Then proposals pause until
/// the target has everything and all of it is committed, and the target is asked to campaign at once. So a transfer loses no proposal and
/// leaves no outcome unknown, unless this leader gives up because something hangs (see GivingUp).
/// </content>
public sealed partial class ConsensusModule
{
    private const int HeartbeatsUntilSilent = 2;

    private LeadershipTransfer? _transfer;

    /// <summary>The transfer that is under way; null if none is, or once this node no longer leads.</summary>
    internal LeadershipTransfer? Transfer => _transfer;

    /// <summary>Why the last transfer of this leader was given up.</summary>
    internal TransferFailure LastTransferFailure { get; private set; }

    /// <summary>
    /// Whether the target has everything that this leader has, and all of it is committed: the host answers its callers, then calls
    /// <see cref="HandOver"/>.
    /// </summary>
    internal bool IsReadyToHandOver => _transfer is { Phase: TransferPhase.Pausing } transfer
        && FollowerOf(transfer.Target)?.Match == _log.LastIndex
        && CommitIndex == _log.LastIndex;

    /// <summary>
    /// Whether the voters that have sent a message recently, without this node and without those that stop, are a majority. If so, the
    /// cluster works without this node, and the node can hand over its leadership before it stops.
    /// </summary>
    internal bool CanLeave => Role == RaftRole.Leader
        && Configuration.OutcomeOf(voter => IsAvailable(voter) ? true : null) == VoteOutcome.Won;

    /// <summary>Starts to hand over the leadership.</summary>
    /// <param name="target">The voter that is to lead; null for the available voter with the most complete log.</param>
    /// <param name="timeout">How long the target may take to catch up.</param>
    /// <param name="now">The time.</param>
    /// <param name="isForStop">Whether this node stops: it appends nothing if it gives up.</param>
    /// <returns>Whether it was begun, and if not, why.</returns>
    internal TransferStart BeginTransfer(NodeId? target, TimeSpan timeout, TimeSpan now, bool isForStop = false)
    {
        SetTime(now);
        TransferStart start = CheckTarget(target);
        if (start != TransferStart.Begun)
        {
            return start;
        }

        if ((target ?? BestTarget()) is not { } chosen)
        {
            return TransferStart.NoTarget;
        }

        TimeSpan deadline = timeout < TimeSpan.MaxValue - _now ? _now + timeout : TimeSpan.MaxValue;
        _transfer = new LeadershipTransfer(chosen, deadline, isForStop);
        return TransferStart.Begun;
    }

    /// <summary>Asks the target to campaign. Does nothing unless <see cref="IsReadyToHandOver"/>.</summary>
    internal void HandOver()
    {
        if (!IsReadyToHandOver)
        {
            return;
        }

        _transfer!.OnHandedOver(++_lastCorrelation);
        TimeoutNowMessage request = new()
        {
            From = Id,
            To = _transfer.Target,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = _transfer.Request,
            LastLogIndex = _log.LastIndex,
            LastLogTerm = _log.LastTerm,
        };
        Outputs.Add(request, VersionOfHardState);
    }

    /// <summary>
    /// Gives the transfer up, and continues to lead. A target that was asked to campaign may receive the request late. So the leader
    /// appends an entry: the target then lacks it, and refuses the request.
    /// </summary>
    /// <param name="reason">Why.</param>
    internal void GiveUpTransfer(TransferFailure reason)
    {
        if (_transfer is not { } transfer)
        {
            return;
        }

        _transfer = null;
        LastTransferFailure = reason;
        if (transfer.Phase == TransferPhase.HandedOver && !transfer.IsForStop)
        {
            AppendOwn(EntryKind.NoOp, default, DateTimeOffset.UnixEpoch);
        }
    }

    /// <summary>Sends the commit index to followers that do not know it yet, because this leader stops.</summary>
    internal void AnnounceCommit()
    {
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.CommitSent < CommitIndex)
            {
                follower.RequestHeartbeatBy(_now);
            }
        }
    }

    /// <summary>Pauses proposals when the target lacks little, and gives up at the deadline. Part of each batch of a leader.</summary>
    private void AdvanceTransfer()
    {
        if (_transfer is not { } transfer)
        {
            return;
        }

        if (_stoppingMembers.Contains(transfer.Target) || !Configuration.IsVoter(transfer.Target))
        {
            GiveUpTransfer(TransferFailure.Refused);
        }
        else if (_now >= transfer.Deadline)
        {
            GiveUpTransfer(TransferFailure.TimedOut);
        }
        else if (transfer.Phase == TransferPhase.CatchingUp && FollowerOf(transfer.Target) is { } follower && LacksLittle(follower))
        {
            transfer.OnPaused(_now + _options.MinimumElectionTimeout);
        }
    }

    private TransferStart CheckTarget(NodeId? target)
    {
        if (Role != RaftRole.Leader)
        {
            return TransferStart.NotLeader;
        }

        if (_transfer is not null)
        {
            return TransferStart.AlreadyUnderWay;
        }

        return target is not { } named ? TransferStart.Begun
            : named == Id ? TransferStart.TargetIsLeader
            : Configuration.Find(named) is null ? TransferStart.TargetUnknown
            : !Configuration.IsVoter(named) ? TransferStart.TargetNotVoter
            : _stoppingMembers.Contains(named) ? TransferStart.TargetStopping
            : TransferStart.Begun;
    }

    private NodeId? BestTarget()
    {
        FollowerProgress? best = null;
        foreach (FollowerProgress follower in _followers)
        {
            if (Configuration.IsVoter(follower.Id) && IsAvailable(follower.Id) && (best is null || follower.Match > best.Match))
            {
                best = follower;
            }
        }

        return best?.Id;
    }

    /// <summary>Whether another node has sent a message within two heartbeats, and does not stop.</summary>
    private bool IsAvailable(NodeId node) =>
        node != Id
        && !_stoppingMembers.Contains(node)
        && _contact.WasHeardWithin(_options.HeartbeatInterval * HeartbeatsUntilSilent, node, _now);

    /// <summary>Whether one message can carry all that a follower lacks.</summary>
    private bool LacksLittle(FollowerProgress follower)
    {
        long lacking = _log.LastIndex - follower.Match;
        if (follower.State != ReplicationState.Replicate || lacking > _options.MaximumMessageEntries
            || follower.Match + 1 < _log.FirstCachedIndex)
        {
            return false;
        }

        long bytes = 0;
        for (long index = follower.Match + 1; index <= _log.LastIndex && bytes <= _options.MaximumMessageBytes; index++)
        {
            bytes += _log.Entry(index).Data.Length + ReplicatedLog.EntryOverhead;
        }

        return bytes <= _options.MaximumMessageBytes || lacking == 1;
    }

    /// <summary>
    /// TimeoutNow: the leader asks this node to campaign at once, without a pre-vote. The leader named the end of its log: if this
    /// node's log ends elsewhere, the request is late, and the leader has given up.
    /// </summary>
    private void OnTimeoutNow(TimeoutNowMessage request)
    {
        if (ContradictsLeader(request))
        {
            RefuseTimeoutNow(request, TimeoutNowRefusal.NotUpToDate);
            return;
        }

        FollowLeader(request);
        TimeoutNowRefusal? refusal = IsStopping ? TimeoutNowRefusal.Stopping
            : Join is not null || !Configuration.IsVoter(Id) ? TimeoutNowRefusal.NotAVoter
            : IsCandidacyWithheld ? TimeoutNowRefusal.Unfit
            : request.LastLogIndex != _log.LastIndex || request.LastLogTerm != _log.LastTerm ? TimeoutNowRefusal.NotUpToDate
            : null;
        if (refusal is { } reason)
        {
            RefuseTimeoutNow(request, reason);
            return;
        }

        ResetElectionDeadline();
        _isTransferElection = true;
        BecomeCandidate();
    }

    private void RefuseTimeoutNow(TimeoutNowMessage request, TimeoutNowRefusal reason)
    {
        TimeoutNowReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = request.Correlation,
            Reason = reason,
        };
        Outputs.Add(reply, VersionOfHardState);
    }

    /// <summary>A refusal of an earlier request, which may be late, says nothing about the one that the target has now.</summary>
    private void OnTimeoutNowReply(TimeoutNowReplyMessage reply)
    {
        if (_transfer is { Phase: TransferPhase.HandedOver } transfer
            && transfer.Target == reply.From
            && transfer.Request == reply.Correlation)
        {
            GiveUpTransfer(TransferFailure.Refused);
        }
    }
}
