namespace Raft.Consensus;

/// <content>Roles, votes and elections: sections 5.1, 5.2 and 5.4.1; pre-vote: dissertation, section 9.6.</content>
public sealed partial class ConsensusModule
{
    /// <summary>Requests are numbered by their term, in the upper bits, and within it.</summary>
    private const int RequestBits = 40;

    /// <summary>How many bits of a request's number hold the lower bits of its term. All numbers are positive.</summary>
    private const int TermBits = 62 - RequestBits;

    private TimeSpan _electionDeadline;
    private VoteTally? _tally;
    private long _ownVoteVersion;
    private long _firstRequestOfRound;
    private long _lastRequestOfRound;
    private TimeSpan? _leaderHeardAt;
    private bool _isTransferElection;
    private readonly ElectionRefusals _refusals;

    /// <summary>
    /// The leader that other voters follow, as their refusals say, and from which this node receives no messages; null if there is none.
    /// </summary>
    internal UnheardLeader? UnheardLeader => _refusals.Unheard;

    /// <summary>
    /// Whether a leader has sent a message so recently that no other node receives a vote. A leader itself counts as long as a quorum
    /// answers it, and for a moment after a pause of its process. Always false without check-quorum: a leader that can send but not
    /// receive would stay forever.
    /// </summary>
    private bool LeaderIsAlive => _options.CheckQuorum && (Role == RaftRole.Leader
        ? _now - _contact.QuorumHeardOrPausedAt(Configuration, _now) < _options.MinimumElectionTimeout
        : Leader is not null && _leaderHeardAt is { } heardAt && _now - heardAt < _options.MinimumElectionTimeout);

    /// <summary>Section 5.2: a new randomized timeout for each wait, drawn from the whole range, so that split votes are rare.</summary>
    private void ResetElectionDeadline()
    {
        _electionDeadline = _now + _random.NextBetween(_options.MinimumElectionTimeout, _options.MaximumElectionTimeout);
        _waitIsExtended = false;
    }

    private void StartElection()
    {
        _isTransferElection = false;
        ResetElectionDeadline();
        if (Role == RaftRole.Candidate && DurableVersion < _ownVoteVersion)
        {
            return; // no request has been sent yet: another term would only queue another write after this one
        }

        if (_options.PreVote)
        {
            BecomePreCandidate();
        }
        else
        {
            BecomeCandidate();
        }
    }

    /// <summary>Dissertation, section 9.6: asks whether an election could be won, and changes neither term nor vote.</summary>
    private void BecomePreCandidate()
    {
        Role = RaftRole.PreCandidate;
        Leader = null;
        _tally = new VoteTally(Configuration);
        _tally.Record(Id, granted: true); // at once: a pre-vote promises nothing, so nothing has to be durable first
        if (_tally.Outcome == VoteOutcome.Won)
        {
            BecomeCandidate();
            return;
        }

        SendVoteRequests(Term + 1, isPreVote: true);
    }

    /// <summary>Section 5.2: increments the term, votes for itself, and asks the others. Its own vote counts once it is durable.</summary>
    private void BecomeCandidate()
    {
        Role = RaftRole.Candidate;
        Leader = null;
        Term++;
        VotedFor = Id;
        _lastCorrelation = Math.Max(_lastCorrelation, FirstCorrelationOf(Term));
        _tally = new VoteTally(Configuration); // without its own vote, which CountOwnVote adds when it is durable
        _hardStateChanged = true;
        _ownVoteVersion = VersionOfHardState;
        SendVoteRequests(Term, isPreVote: false);
    }

    /// <summary>
    /// Where the numbers of a term's requests start. A late answer to a request that this node sent before a restart must not be
    /// mistaken for one to a request that it sends now: no two runs of a node campaign in the same term, so the term keeps their
    /// numbers apart.
    /// </summary>
    /// <remarks>
    /// The numbers repeat after 2^22 terms, 4.2 million. A mistake then needs an answer that is late by as many elections. It would
    /// do no harm: a grant or an acceptance counts only in its own term, by the whole term that it carries. A refusal or
    /// rejection taken for a new one costs a repeated election, or a probe. Within one run the numbers always grow.
    /// </remarks>
    private static long FirstCorrelationOf(long term) => (term & ((1L << TermBits) - 1)) << RequestBits;

    private void SendVoteRequests(long term, bool isPreVote)
    {
        _firstRequestOfRound = _lastCorrelation + 1;
        _refusals.BeginRound();
        NodeSet firstMembers = _log.LastIndex == 0 ? FirstMembers : NodeSet.Empty;
        foreach (RaftMember member in Configuration.Members)
        {
            NodeId voter = member.NodeId;
            if (voter == Id || !Configuration.IsVoter(voter))
            {
                continue;
            }

            RequestVoteMessage request = new()
            {
                From = Id,
                To = voter,
                Origin = Origin,
                SentAtTicks = UtcNow.UtcTicks,
                Term = term,
                Correlation = ++_lastCorrelation,
                LastLogIndex = _log.LastIndex,
                LastLogTerm = _log.LastTerm,
                IsPreVote = isPreVote,
                IsTransfer = _isTransferElection,
                FirstMembers = firstMembers,
            };
            Outputs.Add(request, isPreVote ? 0 : _ownVoteVersion);
        }

        _lastRequestOfRound = _lastCorrelation;
    }

    /// <summary>
    /// Section 5.1: a larger term makes everyone a follower of it. The vote is cleared only with a new term: a node that steps down
    /// within its term keeps it, or it could vote twice.
    /// </summary>
    private void BecomeFollower(long term, NodeId? leader)
    {
        if (term > Term)
        {
            Term = term;
            VotedFor = null;
            _hardStateChanged = true;
        }

        if (Role == RaftRole.Leader)
        {
            ResetElectionDeadline(); // a leader has none
            _followers = [];
            _transfer = null;
            _rounds.Clear();
        }

        Role = PassiveRole;
        Leader = leader;
        _tally = null;
    }

    /// <summary>
    /// RequestVote, second receiver's rule of Figure 2: if votedFor is null or candidateId, and the candidate's log is at least as up
    /// to date as the receiver's, grant the vote. <see cref="CompareTerms"/> has refused smaller terms, which is the first rule.
    /// </summary>
    private void OnRequestVote(RequestVoteMessage request)
    {
        bool granted = Join is null
            && (VotedFor is null || VotedFor == request.From)
            && _log.IsCandidateUpToDate(request.LastLogTerm, request.LastLogIndex);
        if (granted)
        {
            _hardStateChanged |= VotedFor is null;
            VotedFor = request.From;
            ResetElectionDeadline();
        }

        ReplyToVote(request, Term, granted, VersionOfHardState);
    }

    /// <summary>
    /// Dissertation, section 9.6: would this node vote for the candidate if its term were the one asked for? Only if it has
    /// received nothing from a leader for a minimum election timeout.
    /// </summary>
    private void OnRequestPreVote(RequestVoteMessage request)
    {
        bool granted = Join is null
            && request.Term > Term
            && !LeaderIsAlive
            && _log.IsCandidateUpToDate(request.LastLogTerm, request.LastLogIndex);
        ReplyToVote(request, granted ? request.Term : Term, granted, requiredVersion: 0);
    }

    private void RefuseVote(RequestVoteMessage request) => ReplyToVote(request, Term, granted: false, VersionOfHardState);

    private void ReplyToVote(RequestVoteMessage request, long term, bool granted, long requiredVersion)
    {
        RequestVoteReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Leader = granted ? null : Leader,
            Term = term,
            Correlation = request.Correlation,
            VoteGranted = granted,
            IsPreVote = request.IsPreVote,
        };
        Outputs.Add(reply, requiredVersion);
    }

    private void OnRequestVoteReply(RequestVoteReplyMessage reply)
    {
        NoteRefusal(reply);
        if (Role == RaftRole.Candidate && AnswersThisRound(reply))
        {
            _tally!.Record(reply.From, reply.VoteGranted && reply.Term == Term);
            ConcludeElection();
        }
    }

    private void OnRequestPreVoteReply(RequestVoteReplyMessage reply)
    {
        NoteRefusal(reply);
        if (Role == RaftRole.PreCandidate && AnswersThisRound(reply))
        {
            _tally!.Record(reply.From, reply.VoteGranted && reply.Term == Term + 1);
            ConcludeElection();
        }
    }

    /// <summary>A refusal says which leader the voter follows: this node may be the only one that receives no messages from it.</summary>
    private void NoteRefusal(RequestVoteReplyMessage reply)
    {
        if (Leader is null && AnswersThisRound(reply))
        {
            _refusals.Note(reply.From, reply.VoteGranted ? null : reply.Leader);
        }
    }

    /// <summary>
    /// A late answer to an earlier round, or to a request from before a restart, must not take the place of the voter's answer to
    /// this one.
    /// </summary>
    private bool AnswersThisRound(RequestVoteReplyMessage reply) =>
        reply.Correlation >= _firstRequestOfRound && reply.Correlation <= _lastRequestOfRound;

    /// <summary>The node's own vote has become durable: now it counts like any other.</summary>
    private void CountOwnVote()
    {
        if (Role == RaftRole.Candidate && DurableVersion >= _ownVoteVersion)
        {
            _tally!.Record(Id, granted: true);
            ConcludeElection();
        }
    }

    private void ConcludeElection()
    {
        switch (_tally!.Outcome)
        {
            case VoteOutcome.Won when Role == RaftRole.PreCandidate:
                BecomeCandidate();
                break;
            case VoteOutcome.Won:
                BecomeLeader();
                break;
            case VoteOutcome.Lost:
                BecomeFollower(Term, leader: null);
                break;
        }
    }
}
