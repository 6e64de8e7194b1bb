namespace Raft.Consensus;

/// <content>
/// Linearizable reads without an entry in the log, by read index (section 8; dissertation, section 6.4). A leader confirms by a round of
/// heartbeats that it still led after the reads had arrived. Any other node asks the leader for the index, and answers from its own state.
/// </content>
public sealed partial class ConsensusModule
{
    private readonly ReadRounds _rounds = new();
    private readonly Func<NodeId, long> _answeredOf;
    private long _lastRead;
    private long _grantedRead;
    private long _lastRequestNumber;
    private PendingReadRequest? _pendingRequest;

    /// <summary>How many rounds of heartbeats this node has started for reads. One that is a quorum alone sends none.</summary>
    internal long ReadRoundsStarted { get; private set; }

    /// <summary>Whether reads of this node wait for an index.</summary>
    private bool HasWaitingReads => _lastRead > _grantedRead;

    /// <summary>The request that this node's reads wait for; null if it does not apply to the current leader.</summary>
    private PendingReadRequest? PendingRequest =>
        _pendingRequest is { } pending && pending.Leader == Leader && pending.Term == Term ? pending : null;

    /// <summary>
    /// Section 8: a leader knows what is committed only once it has committed an entry of its own term. Before that, reads wait.
    /// </summary>
    private bool HasCommittedInItsTerm => _log.TermAt(CommitIndex) == Term;

    /// <summary>The next election, or the repetition of a request for a read index.</summary>
    private TimeSpan? FollowerDeadline
    {
        get
        {
            TimeSpan? repeatAt = HasWaitingReads ? PendingRequest?.RepeatAt : null;
            return !MayCampaign ? repeatAt
                : repeatAt < CampaignAt ? repeatAt
                : CampaignAt;
        }
    }

    /// <summary>
    /// Takes reads of this node that have arrived since the last call. An output <see cref="ConsensusOutputs.ReadGrants"/> answers them,
    /// once a leader that was still in office after this call has named an index. Until there is one, they wait.
    /// </summary>
    /// <returns>The number of these reads; larger than that of all earlier ones.</returns>
    internal long RequestRead() => ++_lastRead;

    /// <summary>
    /// Answers the round under way if it is confirmed, and starts the next one if reads wait. Part of each batch of a leader.
    /// </summary>
    private void AdvanceReads()
    {
        if (_rounds.IsUnderWay && Configuration.LargestReached(_answeredOf) >= _rounds.FirstRequest)
        {
            AnswerRound();
        }

        if (!_rounds.IsUnderWay && (_rounds.HasWaiting || HasWaitingReads) && HasCommittedInItsTerm)
        {
            _rounds.Begin(_lastCorrelation + 1, CommitIndex, _lastRead, _now);
            if (IsQuorumAlone)
            {
                AnswerRound();
            }
            else
            {
                ReadRoundsStarted++;
            }
        }
    }

    /// <summary>
    /// A quorum has answered requests that were sent after the round had started, so no later leader had committed anything when it did.
    /// </summary>
    private void AnswerRound()
    {
        Grant(_rounds.Through, _rounds.Index, _rounds.StartedAt);
        foreach (ReadIndexRequestMessage request in _rounds.Requests)
        {
            ReadIndexReplyMessage reply = new()
            {
                From = Id,
                To = request.From,
                Origin = Origin,
                SentAtTicks = UtcNow.UtcTicks,
                IsStopping = IsStopping,
                Term = Term,
                Correlation = request.Correlation,
                Moment = request.Moment,
                ReadIndex = _rounds.Index,
            };
            Outputs.Add(reply, VersionOfHardState);
            if (FollowerOf(request.From) is { } follower && follower.CommitSent < _rounds.Index)
            {
                follower.RequestHeartbeatBy(_now); // it waits until it knows that this is committed
            }
        }

        _rounds.End();
    }

    /// <summary>
    /// Whether a follower must be sent a heartbeat for the round under way. Entries do not take its place: they are answered only when
    /// they are durable. A voter that has not answered the one of an earlier round gets the regular ones only. The others confirm the rounds
    /// meanwhile, as fast as they answer, and a voter whose disk or network hangs must not be sent one for each.
    /// </summary>
    private bool NeedsHeartbeatForReads(FollowerProgress follower) =>
        _rounds.IsUnderWay && follower.LastHeartbeat < _rounds.FirstRequest
        && follower.Answered >= follower.LastHeartbeatForReads && Configuration.IsVoter(follower.Id);

    /// <summary>
    /// The last request that a voter has answered in this term, whether it agreed or not: an answer of this term proves that the voter had
    /// not entered a later one. This leader counts if it is a voter.
    /// </summary>
    private long AnsweredOf(NodeId voter) => voter == Id ? long.MaxValue : FollowerOf(voter)?.Answered ?? 0;

    private void OnReadIndexRequest(ReadIndexRequestMessage request)
    {
        if (Role == RaftRole.Leader && Configuration.Find(request.From) is not null)
        {
            _rounds.Add(request);
        }
    }

    private void OnReadIndexReply(ReadIndexReplyMessage reply)
    {
        if (PendingRequest is { } pending && pending.IsAnsweredBy(reply))
        {
            _pendingRequest = null;
            Grant(pending.Through, reply.ReadIndex, pending.SentAt);
        }
    }

    /// <summary>
    /// Asks the leader for an index if reads of this node wait. One request covers all of them; those that arrive later wait for the next.
    /// If it is not answered, it is sent again, with the same number: a leader that needs longer than that still answers it.
    /// </summary>
    private void AskLeader()
    {
        if (!HasWaitingReads || Leader is not { } leader)
        {
            return;
        }

        if (PendingRequest is not { } pending)
        {
            pending = new PendingReadRequest(leader, Term, ++_lastRequestNumber, _now, _lastRead, _now);
        }
        else if (_now < pending.RepeatAt)
        {
            return;
        }

        _pendingRequest = pending with { RepeatAt = _now + _options.HeartbeatInterval };
        ReadIndexRequestMessage request = new()
        {
            From = Id,
            To = leader,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = pending.Number,
            Moment = pending.SentAt.Ticks,
        };
        Outputs.Add(request, VersionOfHardState);
    }

    private void Grant(long through, long index, TimeSpan requestedAt)
    {
        if (through > _grantedRead)
        {
            _grantedRead = through;
            Outputs.Add(new ReadIndexGrant(through, index, requestedAt));
        }
    }
}
