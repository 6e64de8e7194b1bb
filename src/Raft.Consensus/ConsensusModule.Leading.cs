namespace Raft.Consensus;

/// <content>The leader's side: proposals, replication and commitment. Sections 5.3 and 5.4.2, and section 8 for the no-op.</content>
public sealed partial class ConsensusModule
{
    private FollowerProgress[] _followers = [];
    private TimeSpan _checkQuorumAt;
    private TimeSpan? _pardonedSilence;
    private long _uncommittedBytes;
    private long _firstRequestOfTerm;

    /// <summary>The next heartbeat or check of the quorum; null for a leader without followers, to whom time does not matter.</summary>
    private TimeSpan? LeaderDeadline
    {
        get
        {
            if (_followers.Length == 0)
            {
                return null;
            }

            TimeSpan deadline = _options.CheckQuorum ? _checkQuorumAt : TimeSpan.MaxValue;
            foreach (FollowerProgress follower in _followers)
            {
                deadline = follower.HeartbeatDueAt < deadline ? follower.HeartbeatDueAt : deadline;
            }

            return deadline;
        }
    }

    /// <summary>
    /// Appends a client's command to the leader's log (section 5.3). It is replicated and written with the rest of the
    /// batch, and has committed once <see cref="CommitIndex"/> reaches its index while the entry there has its term.
    /// </summary>
    /// <param name="data">The command; belongs to the log from now on.</param>
    /// <param name="utcNow">The time to stamp it with. Should the clock have stepped back, the previous entry's time is kept.</param>
    /// <param name="index">The index that it received; 0 if it was not appended.</param>
    /// <returns>Whether it was appended, and if not, why.</returns>
    public ProposeResult Propose(ReadOnlyMemory<byte> data, DateTimeOffset utcNow, out long index)
    {
        index = 0;
        if (Role != RaftRole.Leader)
        {
            return ProposeResult.NotLeader;
        }

        // A command larger than the limit is taken when nothing waits, or it could never be.
        if (_uncommittedBytes > 0 && _uncommittedBytes + data.Length > _options.MaximumUncommittedBytes)
        {
            return ProposeResult.UncommittedLimitReached;
        }

        AppendOwn(EntryKind.Command, data, utcNow);
        index = _log.LastIndex;
        return ProposeResult.Appended;
    }

    /// <summary>Takes entries that were loaded for a follower (see <see cref="EntryLoadRequest"/>). An answer for an earlier term is ignored.</summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="entries">The entries from its first index on; fewer than asked for, or none, if the store no longer has them.</param>
    /// <param name="now">The time.</param>
    public void EntriesLoaded(in EntryLoadRequest request, ReadOnlyMemory<LogEntry> entries, TimeSpan now)
    {
        SetTime(now);
        if (Role != RaftRole.Leader || request.Term != Term || FollowerOf(request.Follower) is not { IsLoading: true } follower)
        {
            return;
        }

        follower.OnLoaded(found: entries.Length > 0);
        if (entries.Length > 0 && follower.Next == request.FirstIndex && follower.Next >= _log.FirstIndex && follower.CanSend)
        {
            Send(follower, entries[..ReplicatedLog.CountWithin(entries.Span, _options.MaximumMessageBytes)]); // a store counts payload only
        }
    }

    private void BecomeLeader()
    {
        Role = RaftRole.Leader;
        Leader = Id;
        _tally = null;
        _firstRequestOfTerm = _lastCorrelation + 1;
        _checkQuorumAt = _now + _options.MinimumElectionTimeout;
        long lastIndex = _log.LastIndex;
        _followers = [.. _configuration.Voters.Where(voter => voter != Id).Select(voter => new FollowerProgress(
            voter, lastIndex + 1, _now, new InFlightWindow(_options.MaximumInFlightMessages, _options.MaximumInFlightBytes)))];

        _uncommittedBytes = _log.BytesOf(Math.Max(CommitIndex + 1, _log.FirstCachedIndex), lastIndex);

        // Section 8: an entry of the own term must commit before the leader knows what is committed (section 5.4.2), so it
        // appends an empty one at once instead of waiting for a client. The host's clock is not asked: time stands still.
        AppendOwn(EntryKind.NoOp, default, DateTimeOffset.UnixEpoch);
    }

    private void AppendOwn(EntryKind kind, ReadOnlyMemory<byte> data, DateTimeOffset utcNow)
    {
        DateTimeOffset last = _log.LastTime;
        _log.Append(new LogEntry(Term, kind, data, utcNow > last ? utcNow : last));
        _uncommittedBytes += data.Length;
    }

    private FollowerProgress? FollowerOf(NodeId node)
    {
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.Id == node)
            {
                return follower;
            }
        }

        return null;
    }

    /// <summary>
    /// Sends each follower what it lacks and may be sent, or a heartbeat if one is due: soon after a new commit index that
    /// nothing else has carried to it.
    /// </summary>
    private void SendToFollowers()
    {
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.Next < _log.FirstIndex)
            {
                // Section 7: what it needs next is in the log no longer.
                SendSnapshotTo(follower, follower.Transfer ?? follower.BeginSnapshot(_options.HeartbeatInterval * 2, _options.MaximumElectionTimeout));
            }

            while (follower.CanSend && follower.Next <= _log.LastIndex)
            {
                if (follower.Next < _log.FirstCachedIndex)
                {
                    follower.OnLoading();
                    Outputs.Add(new EntryLoadRequest(follower.Id, Term, follower.Next, _options.MaximumMessageEntries, _options.MaximumMessageBytes));
                    break;
                }

                Send(follower, _log.Slice(follower.Next, _log.LastIndex, _options.MaximumMessageEntries, _options.MaximumMessageBytes));
            }

            if (follower.State == ReplicationState.Replicate && Math.Min(CommitIndex, follower.Match) > follower.CommitSent)
            {
                follower.RequestHeartbeatBy(_now + _options.CommitNoticeDelay);
            }

            if (_now >= follower.HeartbeatDueAt)
            {
                Send(follower, entries: default);
            }
        }
    }

    /// <summary>
    /// Section 5.3: sends entries, or none as a heartbeat, with the index and term of what stands before them. A follower that
    /// is being sent a snapshot has none of that, so its heartbeats name the start of the log, on which all logs agree.
    /// </summary>
    private void Send(FollowerProgress follower, ReadOnlyMemory<LogEntry> entries)
    {
        long previous = follower.State == ReplicationState.Snapshot ? 0 : follower.Next - 1;
        AppendEntriesMessage message = new()
        {
            From = Id,
            To = follower.Id,
            ClusterId = _options.ClusterId,
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

        follower.OnSent(message.Correlation, message.LastIndex, entries.Length, bytes, CommitIndex, NextHeartbeat(follower, isHeartbeat: entries.IsEmpty));
        Outputs.Add(message, VersionOfHardState);
    }

    /// <summary>
    /// When a follower to which something goes now must be sent a heartbeat: an interval later at most. Entries are answered
    /// when they are durable, a heartbeat at once: so entries put it off only as long as the follower answers, for one whose disk
    /// is slow must be asked whether it lives.
    /// </summary>
    private TimeSpan NextHeartbeat(FollowerProgress follower, bool isHeartbeat)
    {
        if (!isHeartbeat && _now - follower.LastHeardAt >= _options.HeartbeatInterval)
        {
            return follower.HeartbeatDueAt;
        }

        TimeSpan latest = _now + _options.HeartbeatInterval;
        return _options.HeartbeatAlignment == TimeSpan.Zero ? latest : new TimeSpan(latest.Ticks - (latest.Ticks % _options.HeartbeatAlignment.Ticks));
    }

    private void OnAppendEntriesReply(AppendEntriesReplyMessage reply)
    {
        if (reply.Term > Term)
        {
            BecomeFollower(reply.Term, leader: null);
            return;
        }

        if (Role != RaftRole.Leader || reply.Term < Term || FollowerOf(reply.From) is not { } follower)
        {
            return; // an answer to something of the past
        }

        if (reply.Success && reply.LastIndex > _log.LastIndex)
        {
            IgnoredMessages++; // nobody can hold what this leader never had
            return;
        }

        follower.OnHeard(_now);
        if (reply.Success)
        {
            follower.OnAccepted(reply.LastIndex);
            follower.EndSnapshot(_log.PreviousIndex);
        }
        else if (IsOfThisTerm(reply) && follower.IsFreshRejection(reply.Correlation, reply.PrevLogIndex))
        {
            // Section 5.3, end: skip whole terms. The follower named its last entry whose term can still agree; this log
            // is searched from there by the same rule, so each conflicting term costs one rejection at most.
            (long agreed, long term) = _log.LastIndexOfTermAtMost(Math.Min(reply.ConflictIndex, reply.PrevLogIndex - 1), reply.ConflictTerm);
            bool beforeStart = Math.Min(reply.ConflictIndex, reply.PrevLogIndex - 1) < _log.PreviousIndex || term > reply.ConflictTerm;
            follower.OnRejected(reply.Correlation, beforeStart ? _log.PreviousIndex : agreed + 1);
        }
    }

    /// <summary>
    /// Whether a rejection answers a request of this term. A request of an earlier term of this same node, delivered late,
    /// is rejected with the current term and says nothing about the follower's log.
    /// </summary>
    private bool IsOfThisTerm(AppendEntriesReplyMessage reply) =>
        reply.Correlation >= _firstRequestOfTerm && reply.Correlation <= _lastCorrelation;

    /// <summary>
    /// Figure 2, last rule for leaders: commit up to the largest index that a majority holds durably, if its entry is of
    /// the current term. Entries of earlier terms commit only along with it (section 5.4.2, Figure 8).
    /// </summary>
    private void AdvanceCommitIndex()
    {
        Span<long> matches = stackalloc long[_followers.Length + 1];
        for (int i = 0; i < _followers.Length; i++)
        {
            matches[i] = _followers[i].Match;
        }

        matches[^1] = DurableIndex; // the leader's own disk counts like a follower's: when it is synced
        long majority = MajorityQuorum.LargestReached(matches);
        if (majority <= CommitIndex || _log.TermAt(majority) != Term)
        {
            return;
        }

        CommitThrough(majority);
    }

    /// <summary>Dissertation, section 6.2: a leader that a majority does not answer steps down, so that its clients look elsewhere.</summary>
    private void CheckQuorum()
    {
        if (!_options.CheckQuorum || _followers.Length == 0 || _now < _checkQuorumAt - _options.HeartbeatInterval)
        {
            return;
        }

        TimeSpan heardAt = QuorumHeardAt();
        TimeSpan silentAt = heardAt + _options.MinimumElectionTimeout;
        if (_now < _checkQuorumAt)
        {
            // Put off ahead of time, so that no healthy leader's host has to wake up for it between two heartbeats.
            _checkQuorumAt = silentAt > _checkQuorumAt ? silentAt : _checkQuorumAt;
        }
        else if (_now >= silentAt && _resumedAt > heardAt && _pardonedSilence != heardAt)
        {
            // After a pause of the process, the followers get the chance to answer that they had no reason to use before:
            // once, so that a leader whose process always comes late does not stay for ever.
            _pardonedSilence = heardAt;
            _checkQuorumAt = _now + _options.MinimumElectionTimeout;
        }
        else if (_now >= silentAt)
        {
            BecomeFollower(Term, leader: null);
            ForgetSilentVoters();
        }
        else
        {
            _checkQuorumAt = silentAt;
        }
    }

    /// <summary>Voters that were silent for as long as made the leader step down do not count as reachable any more.</summary>
    private void ForgetSilentVoters()
    {
        for (int i = 0; i < _voterHeardAt.Length; i++)
        {
            if (_now - _voterHeardAt[i] >= _options.MinimumElectionTimeout)
            {
                _voterHeardAt[i] = null;
            }
        }
    }

    /// <summary>The latest moment since when a majority, the leader included, has been heard from.</summary>
    private TimeSpan QuorumHeardAt()
    {
        Span<long> heard = stackalloc long[_followers.Length + 1];
        for (int i = 0; i < _followers.Length; i++)
        {
            heard[i] = _followers[i].LastHeardAt.Ticks;
        }

        heard[^1] = _now.Ticks;
        return TimeSpan.FromTicks(MajorityQuorum.LargestReached(heard));
    }
}
