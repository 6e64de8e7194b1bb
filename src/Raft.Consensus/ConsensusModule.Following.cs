namespace Raft.Consensus;

/// <content>The follower's side of log replication: AppendEntries, section 5.3.</content>
public sealed partial class ConsensusModule
{
    /// <summary>AppendEntries, receiver's rules of Figure 2.</summary>
    private void OnAppendEntries(AppendEntriesMessage request)
    {
        if (!IsWellFormed(request))
        {
            IgnoredMessages++;
            return;
        }

        // 1. Reply false if term < currentTerm. The answer tells a deposed leader of the new term.
        if (request.Term < Term || ContradictsLeader(request))
        {
            Reject(request, conflictIndex: 0, conflictTerm: 0);
            return;
        }

        FollowLeader(request);

        // 2. Reply false if the log does not hold an entry at prevLogIndex whose term is prevLogTerm. (Before the log's
        // start everything is committed, and so agrees.)
        if (request.PrevLogIndex >= _log.PreviousIndex && !_log.Matches(request.PrevLogIndex, request.PrevLogTerm))
        {
            (long conflictIndex, long conflictTerm) = _log.LastIndexOfTermAtMost(request.PrevLogIndex, request.PrevLogTerm);
            Reject(request, conflictIndex, conflictTerm);
            return;
        }

        AppendMissing(request);

        // 5. Set commitIndex to min(leaderCommit, index of last new entry): only what this message verified. What stands
        // behind it may be a stale suffix.
        CommitThrough(Math.Min(request.LeaderCommit, request.LastIndex));
        Accept(request);
    }

    /// <summary>A second leader in one term cannot be: whoever claims it is refused, whatever it says.</summary>
    private bool ContradictsLeader(RaftMessage request) =>
        request.Term == Term && (Role == RaftRole.Leader || (Leader is { } leader && leader != request.From));

    /// <summary>The sender leads a term that is not behind: this node follows it, and has heard from it.</summary>
    private void FollowLeader(RaftMessage request)
    {
        BecomeFollower(request.Term, request.From);
        _leaderHeardAt = _now;
        ResetElectionDeadline();
    }

    /// <summary>
    /// 3. If an existing entry conflicts with a new one (same index but different terms), delete it and all that follow it.
    /// 4. Append any new entries not already in the log. A late duplicate conflicts with nothing, and so deletes nothing.
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
            ThrowIfBroken(firstNew <= CommitIndex, "a leader's log contradicts a committed entry (Leader Completeness, section 5.4).");
            _log.TruncateFrom(firstNew);
            _durability.TruncateFrom(firstNew);
            _firstUnwritten = Math.Min(_firstUnwritten, firstNew);
        }

        _log.Append(request.Entries[present..]);
    }

    /// <summary>Whether the request could come from a correct leader: terms and indices from 0 up, and terms that never fall along the log.</summary>
    internal static bool IsWellFormed(AppendEntriesMessage request)
    {
        if (request.PrevLogIndex is < 0 or > LargestNumber || request.LeaderCommit < 0 || request.PrevLogTerm < 0
            || (request.PrevLogIndex == 0 && request.PrevLogTerm != 0))
        {
            return false;
        }

        long term = Math.Max(request.PrevLogTerm, 1);
        foreach (ref readonly LogEntry entry in request.Entries.Span)
        {
            if (entry.Term < term || entry.Term > request.Term)
            {
                return false;
            }

            term = entry.Term;
        }

        return true;
    }

    /// <summary>
    /// Acknowledges what the request vouches for, once all of it is durable here: also where it brought nothing new. A
    /// heartbeat, though, also asks whether this node lives, which a slow disk does not change: it is answered at once
    /// with what is durable so far, or check-quorum would depose a leader for its followers' disks. The entries' own
    /// acknowledgement follows. The caller of a handler gets one answer only, and so the whole of it.
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

    private void Reply(AppendEntriesMessage request, bool success, long lastIndex, long conflictIndex, long conflictTerm, long requiredVersion)
    {
        AppendEntriesReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            ClusterId = _options.ClusterId,
            Term = Term,
            Correlation = request.Correlation,
            Success = success,
            PrevLogIndex = request.PrevLogIndex,
            LastIndex = lastIndex,
            ConflictIndex = conflictIndex,
            ConflictTerm = conflictTerm,
        };
        Outputs.Add(reply, requiredVersion);
    }
}
