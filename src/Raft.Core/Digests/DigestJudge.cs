namespace Raft;

/// <summary>
/// Compares, on a leader, the digests that the members have reported, and decides what follows: which states differ, when that has ended,
/// and whom to answer. It starts again with each term. Used by the node's worker.
/// </summary>
internal sealed class DigestJudge
{
    private readonly NodeId _self;
    private readonly DigestHistory _history;
    private readonly TimeSpan _patience;
    private readonly DigestRounds _rounds = new();
    private readonly ComparedMembers _members = new();
    private readonly KnownDifferences _differences;
    private ClusterConfiguration? _configuration;
    private TimeSpan? _undecidedSince; // of the leadership, since each round may be replaced by later ones before the time is over

    /// <param name="self">This node.</param>
    /// <param name="history">The digests of its own state.</param>
    /// <param name="patience">How long it waits for those whose digests may decide which state is the right one.</param>
    public DigestJudge(NodeId self, DigestHistory history, TimeSpan patience)
    {
        (_self, _history, _patience) = (self, history, patience);
        _differences = new KnownDifferences(self, _members);
    }

    /// <summary>Called when states are found to differ: with the difference as a whole, and as it concerns this node, if it does.</summary>
    public required Action<StateDivergence, StateDivergence?> Differs { get; init; }

    /// <summary>Called when a difference has ended: with the reason.</summary>
    public required Action<StateDivergence, string> Ends { get; init; }

    /// <summary>Called with a member to answer, and the last index up to which it need not repeat its digests.</summary>
    public required Action<ComparedMember, long> Answers { get; init; }

    /// <summary>The states that differ; null if none are known.</summary>
    public StateDivergence? Divergence => _differences.Divergence;

    /// <summary>The difference as it concerns this node; null if it does not.</summary>
    public StateDivergence? OwnDifference => _differences.Own;

    /// <summary>The last index at which the state of this node was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex => _members.Of(_self).AgreedIndex;

    /// <summary>When it must compare again, even if nothing is received.</summary>
    public TimeSpan NextDeadline => _undecidedSince is { } since ? since + _patience : TimeSpan.MaxValue;

    /// <summary>A leadership begins.</summary>
    /// <param name="agreedIndex">The last index at which the state of this node was that of a majority.</param>
    /// <param name="known">A difference that concerns this node, from before.</param>
    public void Begin(long agreedIndex, StateDivergence? known)
    {
        End();
        _differences.Begin(known);
        _members.Of(_self).Agree(agreedIndex);
        foreach (IndexedDigest digest in _history.LatestAfter(agreedIndex, StateDigestMessage.MostDigests))
        {
            _rounds.At(digest.Index);
        }
    }

    /// <summary>The leadership is over.</summary>
    public void End()
    {
        _rounds.Clear();
        _members.Clear();
        _configuration = null;
        _undecidedSince = null;
        _differences.Clear();
    }

    /// <summary>The history has a new digest.</summary>
    public void OnOwn(long index)
    {
        _rounds.At(index)?.IsChanged = true;
        foreach (DigestRound round in _rounds.All)
        {
            round.IsChanged |= !round.IsSettled && round.Index < index && _history.Find(round.Index) is null; // there will be none
        }
    }

    /// <summary>A member has reported.</summary>
    /// <param name="report">The report.</param>
    /// <param name="lastIndex">The last index of the leader's log.</param>
    public void OnReport(StateDigestMessage report, long lastIndex)
    {
        ComparedMember member = _members.Of(report.From);
        if (member.IsOutdated(report))
        {
            return;
        }

        if (member.BeginRun(report))
        {
            _rounds.Remove(report.From);
        }

        member.AwaitsAnswer = true;
        member.Agree(Math.Min(report.AgreedIndex, lastIndex));
        foreach ((long index, ulong digest) in report.Digests)
        {
            if (index > lastIndex)
            {
                continue; // no member has applied what its leader does not hold
            }

            bool isTooOld = index <= _history.LastIndex && _history.Find(index) is null;
            if (!isTooOld && _rounds.At(index) is { } round)
            {
                round.Set(report.From, digest);
            }
            else
            {
                member.Skip(index);
            }
        }
    }

    /// <summary>Looks at what has changed and at what waits for a decision, and answers.</summary>
    public void Compare(ClusterConfiguration configuration, TimeSpan now)
    {
        if (_configuration != configuration)
        {
            _configuration = configuration;
            _rounds.Retain(configuration);
            _members.Retain(configuration);
        }

        bool isTimeOver = now >= NextDeadline;
        bool isUndecided = false;
        foreach (DigestRound round in _rounds.All)
        {
            if (round.IsChanged || round.IsUndecided)
            {
                round.IsChanged = false;
                Compare(round, configuration, isTimeOver);
                isUndecided |= round.IsUndecided;
            }
        }

        _undecidedSince = isUndecided ? _undecidedSince ?? now : null;
        AnswerMembers(); // before differences end: a member whose state is the right one again must know that it was not
        if (Divergence is not null)
        {
            EndDifferences();
            AnswerMembers();
        }
    }

    private void Compare(DigestRound round, ClusterConfiguration configuration, bool isTimeOver)
    {
        round.IsUndecided = false;
        if (_history.Find(round.Index) is not { } own)
        {
            if (round.Index < _history.LastIndex)
            {
                Settle(round); // this node's state was replaced by a later one, or not captured here
            }

            return;
        }

        if (round.Of(_self) is null)
        {
            round.Set(_self, own);
            round.IsChanged = false;
        }

        if (round.FindMajority(configuration) is { } majority)
        {
            Decide(round, majority);
            OnMajority(round, majority, configuration);
        }
        else if (round.Differs)
        {
            round.IsUndecided = !isTimeOver && !_differences.Include(round, majority: null) && !round.IsUndecidable(configuration);
            if (!round.IsUndecided)
            {
                Settle(round);
                OnDifference(round, majority: null, configuration);
            }
        }
    }

    private void OnMajority(DigestRound round, ulong majority, ClusterConfiguration configuration)
    {
        bool differs = false;
        foreach ((NodeId node, ulong digest) in round.Digests)
        {
            if (digest == majority)
            {
                _members.Of(node).Agree(round.Index);
            }

            differs |= digest != majority;
        }

        if (differs)
        {
            OnDifference(round, majority, configuration);
        }
    }

    private void OnDifference(DigestRound round, ulong? majority, ClusterConfiguration configuration)
    {
        if (_differences.Include(round, majority))
        {
            round.Judge(majority);
            return;
        }

        StateDivergence divergence = new()
        {
            DifferingIndex = round.Index,
            HasMajority = majority is not null,
            Sides = round.Sides(majority),
        };
        divergence = divergence with { AgreedIndex = divergence.Concerned().Min(AgreedBeforeRound) };
        StateDivergence? own = _differences.Add(divergence, round, AgreedBeforeRound);
        round.Judge(majority);
        Differs(divergence, own);

        long AgreedBeforeRound(NodeId node) => AgreedBefore(round, node, configuration);
    }

    /// <summary>The last index before a round at which the state of a member was the right one; 0 if none is known.</summary>
    private long AgreedBefore(DigestRound round, NodeId node, ClusterConfiguration configuration) =>
        _members.Of(node).AgreedIndex is var agreed && agreed < round.Index
            ? agreed
            : _rounds.LastAgreedBefore(round, node, configuration);

    private void Settle(DigestRound round)
    {
        if (round.IsSettled)
        {
            return;
        }

        round.IsSettled = true;
        AwaitAnswers(round);
    }

    /// <summary>A majority has one digest. That may be long after it was found that the digests differ.</summary>
    private void Decide(DigestRound round, ulong majority)
    {
        if (!round.IsDecided)
        {
            AwaitAnswers(round);
        }

        round.Decide(majority);
    }

    private void AwaitAnswers(DigestRound round)
    {
        foreach ((NodeId node, _) in round.Digests)
        {
            _members.Of(node).AwaitsAnswer = true;
        }
    }

    private void AnswerMembers()
    {
        foreach (ComparedMember member in _members.All)
        {
            bool hasNews = member.AwaitsEnd || member.Difference is not null;
            if (!member.EndWait() || member.Node == _self || member.Run == 0)
            {
                continue; // an answer to a member that has not reported in this term would be for any of its runs
            }

            long received = Math.Max(_rounds.ReceivedFrom(member.Node), member.SkippedIndex);
            if (member.HasRecovered && member.Difference is { } over)
            {
                received = Math.Min(received, over.DifferingIndex); // it repeats the rest until it knows that the difference is over
            }

            if (received > 0 || hasNews)
            {
                Answers(member, received);
            }
        }
    }

    private void EndDifferences()
    {
        if (_differences.End() is { } over)
        {
            Ends(over.Divergence, over.Reason);
        }
    }
}
