namespace Raft.Consensus;

/// <content>The follower's side of log replication: AppendEntries, section 5.3.</content>
public sealed partial class ConsensusModule
{
    /// <summary>
    /// AppendEntries, receiver's rules 2 to 5 of Figure 2. The first one, "reply false if term &lt; currentTerm", is in
    /// <see cref="CompareTerms"/>.
    /// </summary>
    private void OnAppendEntries(AppendEntriesMessage request)
    {
        if (ContradictsLeader(request))
        {
            NoteSecondLeader(request);
            Reject(request, conflictIndex: 0, conflictTerm: 0);
            return;
        }

        FollowLeader(request);
        NoteCommitIndexOfLeader(request.LeaderCommit);

        // 2. Reply false if the log does not contain an entry at prevLogIndex whose term is prevLogTerm. (Everything before the
        // log's start is committed, so it agrees.)
        if (request.PrevLogIndex >= _log.PreviousIndex && !_log.Matches(request.PrevLogIndex, request.PrevLogTerm))
        {
            (long conflictIndex, long conflictTerm) = _log.LastIndexOfTermAtMost(request.PrevLogIndex, request.PrevLogTerm);
            Reject(request, conflictIndex, conflictTerm);
            return;
        }

        AppendMissing(request);

        // 5. Set commitIndex to min(leaderCommit, index of last new entry): only what this message verified. Entries after that
        // may be a stale suffix.
        CommitThrough(Math.Min(request.LeaderCommit, request.LastIndex));
        Accept(request);
    }

    /// <summary>There is one leader in a term (section 5.2). A second node that claims to lead this term is refused.</summary>
    private bool ContradictsLeader(RaftMessage request) =>
        Role == RaftRole.Leader || (Leader is { } leader && leader != request.From);

    /// <summary>The sender leads this term: this node follows it (a candidate concedes, section 5.2), and notes the contact.</summary>
    private void FollowLeader(RaftMessage request)
    {
        BecomeFollower(Term, request.From);
        _leaderHeardAt = _now;
        ResetElectionDeadline();
        _refusals.Clear();
    }

    /// <summary>
    /// 3. If an existing entry conflicts with a new one (same index but different terms), delete it and all that follow it.
    /// 4. Append any new entries not already in the log. A late duplicate conflicts with nothing, so it deletes nothing.
    /// </summary>
    private void AppendMissing(AppendEntriesMessage request)
    {
        ReadOnlySpan<LogEntry> entries = request.Entries.Span;
        int present = (int)Math.Clamp(_log.PreviousIndex - request.PrevLogIndex, 0, entries.Length);
        while (present < entries.Length && _log.Matches(request.PrevLogIndex + 1 + present, entries[present].Term))
        {
            present++;
        }

        if (present == entries.Length)
        {
            return;
        }

        long firstNew = request.PrevLogIndex + 1 + present;
        if (firstNew <= _log.LastIndex)
        {
            ThrowIfBroken(
                firstNew <= CommitIndex,
                $"the leader {request.From} of term {request.Term} replaces entry {firstNew}, which is committed (Leader Completeness, "
                + "section 5.4). A majority of the voters has lost durable data, such as by starting with empty or older stores under "
                + "their former ids. Keep this node's data: it may be the only copy of what the others have lost.");
            _log.TruncateFrom(firstNew);
            _durability.TruncateFrom(firstNew);
            _firstUnwritten = Math.Min(_firstUnwritten, firstNew);
        }

        _log.Append(request.Entries[present..]);
        OnConfigurationMayHaveChanged();
    }

    /// <summary>
    /// Acknowledges what the request vouches for, once all of it is durable on this node, even if the request brought nothing new. A
    /// heartbeat also asks whether this node is alive, which a slow disk does not change. It is answered at once with what is
    /// durable so far, or check-quorum would depose a leader because of its followers' disks; the entries' own acknowledgement
    /// follows. The caller of a handler gets only one answer, so it waits for all of it.
    /// </summary>
    private void Accept(AppendEntriesMessage request)
    {
        if (request.LastIndex > DurableIndex && request.Entries.IsEmpty && !request.IsHandlerCall)
        {
            Reply(request, success: true, DurableIndex, 0, 0, VersionOfHardState);
        }
        else
        {
            Reply(request, success: true, request.LastIndex, 0, 0, VersionOfLog(request.LastIndex));
        }
    }

    private void Reject(AppendEntriesMessage request, long conflictIndex, long conflictTerm) =>
        Reply(request, success: false, _log.LastIndex, conflictIndex, conflictTerm, VersionOfHardState);

    private void Reply(
        AppendEntriesMessage request, bool success, long lastIndex, long conflictIndex, long conflictTerm, long requiredVersion)
    {
        AppendEntriesReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            AppliedIndex = AppliedIndex,
            Term = Term,
            Correlation = request.Correlation,
            Success = success,
            PrevLogIndex = request.PrevLogIndex,
            LastIndex = lastIndex,
            ConflictIndex = conflictIndex,
            ConflictTerm = conflictTerm,
        };
        Outputs.Add(reply, requiredVersion);
        if (success && !request.IsHandlerCall)
        {
            _lastAcknowledgement = reply;
        }
    }
}
