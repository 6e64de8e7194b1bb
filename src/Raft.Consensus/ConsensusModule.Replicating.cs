namespace Raft.Consensus;

/// <content>The leader's side of log replication: entries, heartbeats, and the search for where logs agree. Section 5.3.</content>
public sealed partial class ConsensusModule
{
    /// <summary>
    /// Takes entries that were loaded for a follower (see <see cref="EntryLoadRequest"/>). An answer to an earlier term's request is
    /// ignored.
    /// </summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="entries">
    /// The entries from the request's first index on; fewer than asked for, or none, if the store no longer has them.
    /// </param>
    /// <param name="now">The time.</param>
    public void EntriesLoaded(in EntryLoadRequest request, ReadOnlyMemory<LogEntry> entries, TimeSpan now)
    {
        SetTime(now);
        if (Role != RaftRole.Leader || request.Term != Term || FollowerOf(request.Follower) is not { IsLoading: true } follower)
        {
            return;
        }

        follower.OnLoaded(found: entries.Length > 0);

        // Earlier inputs of the batch may have moved what the follower needs, or compacted the log beyond it.
        if (entries.Length > 0 && follower.Next == request.FirstIndex && follower.Next >= _log.FirstIndex && follower.CanSend)
        {
            Send(follower, entries[..ReplicatedLog.CountWithin(entries.Span, _options.MaximumMessageBytes)]); // a store counts payload only
        }
    }

    /// <summary>
    /// Sends each follower what it lacks and may be sent, or a heartbeat if one is due: soon after a new commit index that nothing
    /// else has carried to it.
    /// </summary>
    private void SendToFollowers()
    {
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.Next < _log.FirstIndex)
            {
                // Section 7: the log no longer contains what the follower needs next.
                SendSnapshotTo(follower, follower.Transfer ?? BeginSnapshot(follower));
            }

            SendEntries(follower);
            if (follower.State == ReplicationState.Replicate && Math.Min(CommitIndex, follower.Match) > follower.CommitSent)
            {
                follower.RequestHeartbeatBy(_now + _options.CommitNoticeDelay);
            }

            if (_now >= follower.HeartbeatDueAt)
            {
                Send(follower, entries: default);
            }
            else if (NeedsHeartbeatForReads(follower))
            {
                Send(follower, entries: default);
                follower.OnSentForReads();
            }
        }
    }

    /// <summary>Sends entries as far as the follower's window allows. Those that are no longer in memory are asked for.</summary>
    private void SendEntries(FollowerProgress follower)
    {
        while (follower.CanSend && follower.Next <= _log.LastIndex)
        {
            if (follower.Next < _log.FirstCachedIndex)
            {
                follower.OnLoading();
                Outputs.Add(new EntryLoadRequest(
                    follower.Id, Term, follower.Next, _options.MaximumMessageEntries, _options.MaximumMessageBytes));
                return;
            }

            Send(follower, _log.Slice(follower.Next, _log.LastIndex, _options.MaximumMessageEntries, _options.MaximumMessageBytes));
        }
    }

    /// <summary>
    /// Section 5.3: sends entries, or none as a heartbeat, with the index and term of the entry before them. A follower that is being
    /// sent a snapshot has no such entry, so its heartbeats name the start of the log, on which all logs agree.
    /// </summary>
    private void Send(FollowerProgress follower, ReadOnlyMemory<LogEntry> entries)
    {
        long previous = follower.State == ReplicationState.Snapshot ? 0 : follower.Next - 1;
        AppendEntriesMessage message = new()
        {
            From = Id,
            To = follower.Id,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = ++_lastCorrelation,
            PrevLogIndex = previous,
            PrevLogTerm = previous == 0 ? 0 : _log.TermAt(previous),
            Entries = entries,
            LeaderCommit = CommitIndex,
        };

        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            bytes += entry.Data.Length;
        }

        TimeSpan nextHeartbeat = NextHeartbeat(follower, isHeartbeat: entries.IsEmpty);
        follower.OnSent(message.Correlation, message.LastIndex, entries.Length, bytes, CommitIndex, nextHeartbeat);
        Outputs.Add(message, VersionOfHardState);
    }

    /// <summary>
    /// When a follower that is sent something now needs its next heartbeat: at most one interval later. Entries are answered when they
    /// are durable, a heartbeat at once. So entries postpone it only as long as the follower answers: one whose disk is slow must
    /// be asked whether it is alive.
    /// </summary>
    private TimeSpan NextHeartbeat(FollowerProgress follower, bool isHeartbeat)
    {
        if (!isHeartbeat && _now - _contact.HeardAt(follower.Id) >= _options.HeartbeatInterval)
        {
            return follower.HeartbeatDueAt;
        }

        TimeSpan latest = _now + _options.HeartbeatInterval;
        return _options.HeartbeatAlignment == TimeSpan.Zero
            ? latest
            : new TimeSpan(latest.Ticks - (latest.Ticks % _options.HeartbeatAlignment.Ticks));
    }

    private void OnAppendEntriesReply(AppendEntriesReplyMessage reply)
    {
        if (Role != RaftRole.Leader || FollowerOf(reply.From) is not { } follower)
        {
            return;
        }

        if (IsOfThisTerm(reply))
        {
            follower.OnAnswered(reply.Correlation, Math.Min(reply.AppliedIndex, _log.LastIndex));
        }

        if (reply.Success)
        {
            follower.OnAccepted(reply.LastIndex, reply.Origin.Store);
            follower.EndSnapshot(_log.PreviousIndex);
            follower.EndCatchUp(CommitIndex);
            follower.Transfer?.Backoff.OnStore(reply.Origin.Store);
        }
        else if (IsOfThisTerm(reply) && follower.IsFreshRejection(reply.Correlation, reply.PrevLogIndex))
        {
            long lost = follower.OnRejected(reply.Correlation, NextAfterRejection(reply));
            NoteLoss(follower, reply, lost);
        }
    }

    /// <summary>
    /// Whether a rejection, or a refusal to campaign, answers a request of this term. A late request of an earlier term of this node is
    /// refused with the current term too; that refusal does not apply to this term.
    /// </summary>
    private bool IsOfThisTerm(RaftMessage reply) =>
        reply.Correlation >= _firstRequestOfTerm && reply.Correlation <= _lastCorrelation;

    /// <summary>
    /// Section 5.3, end: skip whole terms. The follower named its last entry whose term can still agree. This log is searched from
    /// there by the same rule, so each conflicting term costs at most one rejection.
    /// </summary>
    /// <returns>Where to probe next; before the log's first entry if the follower needs a snapshot.</returns>
    private long NextAfterRejection(AppendEntriesReplyMessage reply)
    {
        long largestCandidate = Math.Min(reply.ConflictIndex, reply.PrevLogIndex - 1); // the rejected index itself does not agree
        (long agreed, long term) = _log.LastIndexOfTermAtMost(largestCandidate, reply.ConflictTerm);
        bool isBeforeStart = largestCandidate < _log.PreviousIndex || term > reply.ConflictTerm;
        return isBeforeStart ? _log.PreviousIndex : agreed + 1;
    }
}
