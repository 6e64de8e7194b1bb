namespace Raft.Consensus;

/// <content>
/// The entrance for messages, in three steps: admission, the rule for terms (section 5.1), the message's handler. A message that is not
/// admitted changes nothing: it raises no term and is no sign of life.
/// </content>
public sealed partial class ConsensusModule
{
    private const int LargestSetup = 64;
    private static readonly long LatestTicks = DateTimeOffset.MaxValue.UtcTicks;

    private UnsupportedEntry? _unsupported;

    /// <summary>
    /// The entry of this term's leader that this version cannot append, so that the log ends before it; null if there is none.
    /// </summary>
    internal UnsupportedEntry? Unsupported =>
        _unsupported is { } entry && entry.LeaderTerm == Term && entry.Index > _log.LastIndex ? entry : null;

    /// <summary>
    /// Takes a message. One for another node, of another identity, or one that contradicts itself, changes nothing and is counted.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time.</param>
    public void Receive(RaftMessage message, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(message);
        SetTime(now);
        if (!IsAdmitted(message))
        {
            IgnoredMessages++;
            return;
        }

        NoteOrigin(message);
        if (message is SetupRequestMessage or SetupReplyMessage)
        {
            OnSetup(message);
            return;
        }

        if (message is StateDigestMessage or StateDigestReplyMessage)
        {
            Outputs.AddStateMessage(message);
            return;
        }

        bool isForHandler = CompareTerms(message);
        NoteContact(message);
        if (isForHandler)
        {
            Handle(message);
        }
    }

    /// <summary>Whether a correct node of this cluster could have sent the message to this node.</summary>
    private bool IsAdmitted(RaftMessage message) =>
        message.To == Id
        && message.From != Id
        && IsOfThisCluster(message)
        && message.Term is >= 0 and <= LargestNumber
        && message.SentAtTicks >= 0 && message.SentAtTicks <= LatestTicks
        && message switch
        {
            AppendEntriesMessage request => IsWellFormed(request) && IsSupported(request),
            AppendEntriesReplyMessage reply => IsWellFormed(reply) && !AcknowledgesTooMuch(reply),
            InstallSnapshotMessage request => IsWellFormed(request),
            InstallSnapshotReplyMessage reply => IsWellFormed(reply),
            RequestVoteMessage request => IsWellFormed(request),
            SetupReplyMessage reply => reply.Values.Count <= LargestSetup,
            StateDigestMessage report => IsWellFormed(report),
            StateDigestReplyMessage reply => IsWellFormed(reply),
            TimeoutNowMessage request => IsWellFormed(request),
            ReadIndexReplyMessage reply => reply.ReadIndex is >= 0 and <= LargestNumber,
            _ => true,
        };

    /// <summary>
    /// Section 5.1: a larger term makes this node a follower of it; a request of a smaller term is refused with the current term, which
    /// deposes its sender; a reply of a smaller term is ignored. All exceptions to this are here.
    /// </summary>
    /// <returns>
    /// Whether the message goes to its handler: from now on, its term is this node's term, except for votes and pre-votes.
    /// </returns>
    private bool CompareTerms(RaftMessage message)
    {
        switch (message)
        {
            // Dissertation, section 9.6: a pre-vote is for a term that no node has entered yet, and so is its grant.
            case RequestVoteMessage { IsPreVote: true }:
            case RequestVoteReplyMessage { IsPreVote: true, VoteGranted: true }:
                return true;

            // Section 6, end: a server that was removed, or cut off for a while, must not depose a leader that works. The election that
            // a leader asks for is none of these.
            case RequestVoteMessage { IsTransfer: false } request when request.Term > Term && _options.LeaderStickiness && LeaderIsAlive:
                RefuseVote(request);
                return false;

            // Such a refusal carries the term of the voter that refused, which may be smaller, and counts all the same.
            case RequestVoteReplyMessage when message.Term < Term:
                return true;
        }

        if (message.Term > Term)
        {
            BecomeFollower(message.Term, leader: null);
        }
        else if (message.Term < Term)
        {
            Refuse(message);
            return false;
        }

        return true;
    }

    /// <summary>First rule of each receiver in Figures 2 and 13: reply false if term &lt; currentTerm. A reply is not answered.</summary>
    private void Refuse(RaftMessage message)
    {
        switch (message)
        {
            case AppendEntriesMessage request:
                Reject(request, conflictIndex: 0, conflictTerm: 0);
                break;
            case InstallSnapshotMessage request:
                AnswerChunk(request, nextOffset: 0, SnapshotReplyReason.NotItsLeader, VersionOfHardState);
                break;
            case RequestVoteMessage request:
                RefuseVote(request);
                break;
            case TimeoutNowMessage request:
                RefuseTimeoutNow(request, TimeoutNowRefusal.TermIsOver);
                break;
        }
    }

    /// <summary>
    /// Notes that a message of the sender has arrived, and what its clock showed. A node that is not a member does not count. A leader
    /// counts only answers to what it sent as the leader: a voter that campaigns against it must not keep it in office.
    /// </summary>
    private void NoteContact(RaftMessage message)
    {
        bool isFromFollower = message.Term == Term && message is AppendEntriesReplyMessage or InstallSnapshotReplyMessage;
        if ((Role == RaftRole.Leader && !isFromFollower) || !IsFromMember(message))
        {
            return;
        }

        _contact.OnHeard(message.From, _now);
        bool isLate = Role == RaftRole.Leader && _contact.PausedUntil == _now; // it waited in a process that was paused
        if (!message.IsHandlerCall && !isLate)
        {
            _clocks.OnHeard(message.From, message.SentAtTicks, _now);
        }
    }

    private void Handle(RaftMessage message)
    {
        switch (message)
        {
            case AppendEntriesMessage request:
                OnAppendEntries(request);
                break;
            case AppendEntriesReplyMessage reply:
                OnAppendEntriesReply(reply);
                break;
            case InstallSnapshotMessage request:
                OnInstallSnapshot(request);
                break;
            case InstallSnapshotReplyMessage reply:
                OnInstallSnapshotReply(reply);
                break;
            case RequestVoteMessage { IsPreVote: true } request:
                OnRequestPreVote(request);
                break;
            case RequestVoteMessage request:
                OnRequestVote(request);
                break;
            case RequestVoteReplyMessage { IsPreVote: true } reply:
                OnRequestPreVoteReply(reply);
                break;
            case RequestVoteReplyMessage reply:
                OnRequestVoteReply(reply);
                break;
            case TimeoutNowMessage request:
                OnTimeoutNow(request);
                break;
            case TimeoutNowReplyMessage reply:
                OnTimeoutNowReply(reply);
                break;
            case ReadIndexRequestMessage request:
                OnReadIndexRequest(request);
                break;
            case ReadIndexReplyMessage reply:
                OnReadIndexReply(reply);
                break;
        }
    }

    /// <summary>Whether a follower says that it holds what this leader never had: no correct follower does.</summary>
    private bool AcknowledgesTooMuch(AppendEntriesReplyMessage reply) =>
        reply.Success && Role == RaftRole.Leader && reply.Term == Term && reply.LastIndex > _log.LastIndex;

    /// <summary>
    /// Whether this version can append what a leader sends. A leader that runs a later version sends the entry again and again, so the
    /// stall is reported.
    /// </summary>
    private bool IsSupported(AppendEntriesMessage request)
    {
        if (UnsupportedEntry.In(request) is not { } entry)
        {
            return true;
        }

        if (request.Term >= Term)
        {
            _unsupported = entry;
            Outputs.Add(new UnsupportedEntryNotice(request.From, entry));
        }

        return false;
    }

    /// <summary>
    /// Whether the request could come from a correct leader: terms and indices from 0 up, and terms that never fall along the log.
    /// </summary>
    internal static bool IsWellFormed(AppendEntriesMessage request)
    {
        if (request.PrevLogIndex is < 0 or > LargestNumber || request.LeaderCommit is < 0 or > LargestNumber
            || request.PrevLogTerm is < 0 or > LargestNumber
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

    private static bool IsWellFormed(AppendEntriesReplyMessage reply) =>
        reply.PrevLogIndex is >= 0 and <= LargestNumber
        && reply.LastIndex is >= 0 and <= LargestNumber
        && reply.ConflictIndex is >= 0 and <= LargestNumber
        && reply.ConflictTerm is >= 0 and <= LargestNumber
        && reply.AppliedIndex is >= 0 and <= LargestNumber;

    private static bool IsWellFormed(InstallSnapshotMessage request) =>
        request.LastIncludedIndex is > 0 and <= LargestNumber
        && request.LastIncludedTerm > 0 && request.LastIncludedTerm <= request.Term
        && request.LeaderCommit is >= 0 and <= LargestNumber
        && request.Offset >= 0 && request.Data.Length > 0 && request.Offset <= request.Length - request.Data.Length;

    private static bool IsWellFormed(InstallSnapshotReplyMessage reply) =>
        reply.LastIncludedIndex is > 0 and <= LargestNumber
        && reply.LastIncludedTerm is > 0 and <= LargestNumber
        && reply.NextOffset >= 0;

    private static bool IsWellFormed(TimeoutNowMessage request) =>
        request.LastLogIndex is >= 0 and <= LargestNumber
        && request.LastLogTerm is >= 0 and <= LargestNumber;

    private static bool IsWellFormed(StateDigestMessage report)
    {
        if (report.Digests.Count > StateDigestMessage.MostDigests || report.AgreedIndex is < 0 or > LargestNumber)
        {
            return false;
        }

        long last = 0;
        foreach (IndexedDigest digest in report.Digests)
        {
            if (digest.Index <= last || digest.Index > LargestNumber)
            {
                return false;
            }

            last = digest.Index;
        }

        return true;
    }

    private static bool IsWellFormed(StateDigestReplyMessage reply) =>
        reply.ReceivedIndex is >= 0 and <= LargestNumber
        && reply.AgreedIndex is >= 0 and <= LargestNumber
        && (reply.Divergence is not { } divergence
            || (divergence.AgreedIndex >= 0 && divergence.DifferingIndex > divergence.AgreedIndex
                && divergence.Sides.Count is > 1 and <= StateDigestReplyMessage.MostSides));

    private static bool IsWellFormed(RequestVoteMessage request) =>
        request.LastLogIndex is >= 0 and <= LargestNumber
        && request.LastLogTerm is >= 0 and <= LargestNumber;
}
