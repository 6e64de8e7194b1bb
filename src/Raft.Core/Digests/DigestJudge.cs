namespace Raft;

/// <summary>
/// Compares, on a leader, the digests that the members have reported, and decides what follows: which states differ, when that has ended,
/// and whom to answer. It starts again with each term. Used by the node's worker.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="history">The digests of its own state.</param>
/// <param name="patience">How long it waits for those whose digests may decide which state is the right one.</param>
internal sealed class DigestJudge(NodeId self, DigestHistory history, TimeSpan patience)
{
    private readonly DigestRounds _rounds = new();
    private readonly ComparedMembers _members = new();
    private ClusterConfiguration? _configuration;
    private TimeSpan? _undecidedSince; // of the leadership, since each round may be replaced by later ones before the time is over

    /// <summary>Called when states are found to differ: with the difference as a whole, and as it concerns this node, if it does.</summary>
    public required Action<StateDivergence, StateDivergence?> Differs { get; init; }

    /// <summary>Called when a difference has ended: with the reason.</summary>
    public required Action<StateDivergence, string> Ends { get; init; }

    /// <summary>Called with a member to answer, and the last index up to which it need not repeat its digests.</summary>
    public required Action<ComparedMember, long> Answers { get; init; }

    /// <summary>The states that differ; null if none are known.</summary>
    public StateDivergence? Divergence { get; private set; }

    /// <summary>The difference as it concerns this node; null if it does not.</summary>
    public StateDivergence? OwnDifference => _members.Of(self).Difference;

    /// <summary>The last index at which the state of this node was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex => _members.Of(self).AgreedIndex;

    /// <summary>When it must compare again, even if nothing is received.</summary>
    public TimeSpan NextDeadline => _undecidedSince is { } since ? since + patience : TimeSpan.MaxValue;

    /// <summary>A leadership begins.</summary>
    /// <param name="agreedIndex">The last index at which the state of this node was that of a majority.</param>
    /// <param name="known">A difference that concerns this node, from before.</param>
    public void Begin(long agreedIndex, StateDivergence? known)
    {
        End();
        Divergence = known;
        foreach (NodeId node in known?.Concerned() ?? [])
        {
            _members.Of(node).Differ(known!);
        }

        _members.Of(self).Agree(agreedIndex);
        foreach (IndexedDigest digest in history.LatestAfter(agreedIndex, StateDigestMessage.MostDigests))
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
        Divergence = null;
    }

    /// <summary>The history has a new digest.</summary>
    public void OnOwn(long index)
    {
        _rounds.At(index)?.IsChanged = true;
        foreach (DigestRound round in _rounds.All)
        {
            round.IsChanged |= !round.IsSettled && round.Index < index && history.Find(round.Index) is null; // there will be none
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

            bool isTooOld = index <= history.LastIndex && history.Find(index) is null;
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
        if (Divergence is { } known)
        {
            EndDifferences(known);
            AnswerMembers();
        }
    }

    private void Compare(DigestRound round, ClusterConfiguration configuration, bool isTimeOver)
    {
        round.IsUndecided = false;
        if (history.Find(round.Index) is not { } own)
        {
            if (round.Index < history.LastIndex)
            {
                Settle(round); // this node's state was replaced by a later one, or not captured here
            }

            return;
        }

        if (round.Of(self) is null)
        {
            round.Set(self, own);
            round.IsChanged = false;
        }

        if (round.FindMajority(configuration) is { } majority)
        {
            Decide(round);
            OnMajority(round, majority, configuration);
        }
        else if (round.Differs)
        {
            round.IsUndecided = !isTimeOver && !IsKnown(round, majority: null) && !round.IsUndecidable(configuration);
            if (!round.IsUndecided)
            {
                Settle(round);
                OnDifference(round, majority: null, configuration);
            }
        }
    }

    private void OnMajority(DigestRound round, ulong majority, ClusterConfiguration configuration)
    {
        foreach ((NodeId node, ulong digest) in round.Digests)
        {
            if (digest == majority)
            {
                _members.Of(node).Agree(round.Index);
            }
        }

        if (round.Differs)
        {
            OnDifference(round, majority, configuration);
        }
    }

    private void OnDifference(DigestRound round, ulong? majority, ClusterConfiguration configuration)
    {
        if (IsKnown(round, majority))
        {
            round.Judge(majority);
            return;
        }

        if (majority is not null && Divergence is { HasMajority: false })
        {
            ForgetDifferences(); // now it is known which state is the right one
        }

        StateDivergence divergence = new()
        {
            DifferingIndex = round.Index,
            HasMajority = majority is not null,
            Sides = round.Sides(majority),
        };
        divergence = divergence with { AgreedIndex = divergence.Concerned().Min(node => AgreedBefore(round, node, configuration)) };
        StateDivergence? own = null;
        foreach (NodeId node in divergence.Concerned())
        {
            ComparedMember member = _members.Of(node);
            if (!member.IsKnownToDifferAt(round.Index) && (majority is null || !round.IsJudged(node, majority)))
            {
                member.Differ(divergence with { AgreedIndex = AgreedBefore(round, node, configuration) });
                own = node == self ? member.Difference : own;
            }
        }

        round.Judge(majority);
        Divergence = divergence;
        Differs(divergence, own);
    }

    /// <summary>
    /// Whether a round shows no more than what is reported: the members that are known to differ aside, the states are the same. Of a
    /// majority not all have reported yet, and which ones have is of no interest. A difference that is over is not reported again because
    /// another member reports late, or the configuration changes.
    /// </summary>
    private bool IsKnown(DigestRound round, ulong? majority)
    {
        if (round.IsJudged(majority))
        {
            return true;
        }

        if (Divergence is not { } known || (majority is not null && !known.HasMajority))
        {
            return false;
        }

        ulong? common = majority;
        foreach ((NodeId node, ulong digest) in round.Digests)
        {
            bool isJudged = majority is not null && round.IsJudged(node, majority);
            if (digest == common || isJudged || _members.Of(node).IsKnownToDifferAt(round.Index))
            {
                continue;
            }

            if (common is not null || !known.HasMajority)
            {
                return false;
            }

            common = digest;
        }

        return true;
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
    private void Decide(DigestRound round)
    {
        if (!round.IsDecided)
        {
            round.IsSettled = round.IsDecided = true;
            AwaitAnswers(round);
        }
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
            if (!member.EndWait() || member.Node == self || member.Run == 0)
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

    /// <summary>
    /// A difference has ended when each member of the minority has the state of the majority again, or has left. One without a majority
    /// ends for this node when there is a majority that includes it.
    /// </summary>
    private void EndDifferences(StateDivergence known)
    {
        bool ownHasEnded = _members.Of(self).HasRecovered;
        bool allHaveRecovered = known.Concerned().All(node => _members.Find(node)?.AgreedIndex >= known.DifferingIndex);
        foreach (ComparedMember member in _members.All)
        {
            if (member.HasRecovered)
            {
                member.EndDifference();
            }
        }

        bool lasts = known.HasMajority
            ? _members.All.Any(static member => member.DifferingIndex > 0)
            : !ownHasEnded && _members.All.Count(static member => member.DifferingIndex > 0) > 1;
        if (!lasts)
        {
            ForgetDifferences();
            Divergence = null;
            Ends(
                known,
                allHaveRecovered ? "they are the same again"
                : ownHasEnded ? "the state of this node is that of a majority, and the others have not been compared since"
                : "the members whose states differed have left the cluster");
        }
    }

    private void ForgetDifferences()
    {
        foreach (ComparedMember member in _members.All)
        {
            member.EndDifference();
        }
    }
}
